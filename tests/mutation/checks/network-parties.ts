import { NAMESPACES, RATE_LIMIT_NAMESPACE, RELEASES } from "../../../mesh/kubernetes/names.ts";
import type { Endpoint } from "../../../analysis/authorization/network.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";

/** Somebody on the network: a pod, or an address outside of the cluster. */
export interface Party {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Namespace; empty for an address. */
  readonly namespace: string;
  /** Service of the catalog. */
  readonly service?: string;
  /** The network that the configuration names and the address is of. */
  readonly network?: string;
  /** Ports at which it is tried; none: nobody calls it. */
  readonly ports: readonly number[];
}

/** Labels of the pods that policies single out, by namespace. */
const PLATFORM: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  [NAMESPACES.ingress]: { gateway: { app: RELEASES.ingressGateway } },
  [NAMESPACES.egress]: { gateway: { app: RELEASES.egressGateway } },
  [NAMESPACES.istioSystem]: { istiod: { app: "istiod" } },
  "kube-system": { dns: { "k8s-app": "kube-dns" } },
  [NAMESPACES.observability]: {
    ...Object.fromEntries(
      ["prometheus", "alertmanager", "grafana", "kiali", "jaeger", "kube-state-metrics"].map((name) => [
        name,
        { "app.kubernetes.io/name": name },
      ]),
    ),
    collector: { "app.kubernetes.io/name": "opentelemetry-collector" },
    operator: { app: "kube-prometheus-stack-operator" },
  },
  [RATE_LIMIT_NAMESPACE]: { ratelimit: { app: "ratelimit" }, redis: { app: "redis" } },
  [NAMESPACES.certManager]: {
    ...Object.fromEntries(
      ["controller", "webhook", "cainjector"].map((component) => [
        component,
        { "app.kubernetes.io/instance": RELEASES.certManager, "app.kubernetes.io/component": component },
      ]),
    ),
    "private-ca": { "app.kubernetes.io/name": RELEASES.privateCaIssuer },
    "istio-csr": { app: RELEASES.istioCsr },
  },
};

/** A port that nobody serves. */
const UNSERVED = 22;
const PROXY = [15020, 15090];
const PORTS: Readonly<Record<string, readonly number[]>> = {
  [NAMESPACES.ingress]: [8080, 8443, 15021, ...PROXY],
  [NAMESPACES.egress]: [8080, 8443, 15021, ...PROXY],
  [NAMESPACES.istioSystem]: [15012, 15014, 15017, 8080],
  "kube-system": [53],
  [RATE_LIMIT_NAMESPACE]: [6379, 8080, 8081, 26379, ...PROXY],
  [NAMESPACES.certManager]: [6443, 8080, 9402, 10250],
  [NAMESPACES.observability]: [3000, 4317, 4318, 8080, 8888, 9090, 9093, 9094, 16685, 16686, 20001],
};

function pod(namespace: string, name: string, labels: Readonly<Record<string, string>>, ports: readonly number[] = []) {
  return { name: `${namespace}/${name}`, namespace, endpoint: { pod: { namespace, labels } }, ports };
}

/** Everybody: services, the platform, pods that only have the others' labels, and addresses. */
export function partiesOf({ catalog, config }: StackData): Party[] {
  const application = catalog.namespace;
  const services = Object.entries(catalog.services).map(([service, { port, extraPorts }]): Party => ({
    ...pod(application, service, { app: service }, [port, ...Object.values(extraPorts), ...PROXY, UNSERVED]),
    service,
  }));
  const platform = Object.entries(PLATFORM).flatMap(([namespace, pods]) =>
    Object.entries({ ...pods, other: { app: "other" } }).map(([name, labels]) =>
      pod(namespace, name, labels, [...(PORTS[namespace] ?? []), UNSERVED]),
    ),
  );
  const impostors = [
    ...Object.entries(PLATFORM).flatMap(([namespace, pods]) =>
      Object.entries(pods).flatMap(([name, labels]) => [
        pod(application, `like ${name}`, labels, PORTS[namespace]),
        pod("strangers", `like ${name}`, labels, PORTS[namespace]),
      ]),
    ),
    ...services.map(({ service = "", ports }) => pod("strangers", `like ${service}`, { app: service }, ports)),
    pod(application, "stranger", { app: "stranger" }, [8080, ...PROXY, UNSERVED]),
  ];
  const named = Object.values(catalog.services).flatMap(({ access }) => Object.values(access).map(({ from }) => from));
  const namespaces = named.flatMap(({ namespaces: own = [], principals = [] }) => [
    ...own,
    ...principals.map((principal) => /\/ns\/([^/]+)\//.exec(principal)?.[1] ?? ""),
  ]);
  const networks = [
    ...named.flatMap(({ addresses = [] }) => addresses),
    ...config.security.migration.flatMap(({ plainTextFrom }) => plainTextFrom),
  ];
  return [
    ...services,
    ...platform,
    ...impostors,
    ...[...new Set(namespaces)].map((namespace) => pod(namespace, "somebody", { app: "somebody" })),
    ...authorizers(config),
    ...[...new Set(networks)].map((network) => address(network.split("/")[0] ?? "", { network })),
    ...["203.0.113.9", "169.254.169.254", "10.99.3.4", "192.168.99.1", "172.20.0.1", "100.64.0.1"].map((ip) =>
      address(ip),
    ),
  ];
}

function authorizers({ security }: StackData["config"]): Party[] {
  const { host, port } = security.externalAuthorization ?? {};
  return host === undefined || port === undefined
    ? []
    : [host.split(".")[1] ?? "", "strangers"].map((namespace) =>
        pod(namespace, "authorizer", { app: "authorizer" }, [port, UNSERVED]),
      );
}

function address(ip: string, more: Partial<Party> = {}): Party {
  return { name: ip, namespace: "", endpoint: { address: ip }, ports: [80, 443, 465, UNSERVED], ...more };
}
