import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { type Edge, edgesOf } from "../../call-graph.ts";
import { throughWaypoint, waypointNetworkPolicies } from "../../ambient/network-policies.ts";
import { isAmbient } from "../../ambient/waypoint.ts";
import { serviceLabels } from "../../labels.ts";
import { NAMESPACES, RELEASES } from "../../names.ts";
import type { NetworkPolicyObject } from "../../objects.ts";
import type { StackData } from "../../stack.ts";
import { tracingProvider } from "../../observability/telemetry/provider.ts";
import { anywhereOutside, METADATA } from "./outside.ts";
import { inNamespace, namespaceOf, network, pods, tcp } from "./peers.ts";
import { policy } from "./policy.ts";
import { ISTIO_PORTS } from "./ports.ts";

/** Port of the egress gateway's pods. */
const EGRESS_POD_PORT = 8443;

/**
 * What holds for every pod of the application's namespace: nothing passes but what another policy opens, and open is what each
 * sidecar needs itself. The kubelet's probes need no rule: traffic from a pod's own node is never refused.
 */
export function namespaceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  return [
    policy(catalog, "deny-all", {}, [], []),
    policy(
      catalog,
      "sidecars",
      {},
      [{ from: scrapers(stack), ports: tcp(ISTIO_PORTS.metrics, ISTIO_PORTS.envoyMetrics) }],
      [
        {
          to: [inNamespace("kube-system", { "k8s-app": "kube-dns" })],
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
        { to: [inNamespace(NAMESPACES.istioSystem, { app: "istiod" })], ports: tcp(ISTIO_PORTS.xds) },
        ...tracing(stack),
      ],
    ),
    ...(isAmbient(config.mesh) ? waypointNetworkPolicies(stack) : []),
  ];
}

/** The arrows of the call graph below the mesh: one policy a service, with who may reach it and whom it may reach. */
export function serviceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  const edges = edgesOf(catalog);
  const ambient = isAmbient(config.mesh);
  return Object.keys(catalog.services).map((name) =>
    policy(
      catalog,
      name,
      { app: name },
      ambient
        ? [...throughWaypoint(), ...outsidersOf(stack, name, edges), ...migrationOf(stack, name)]
        : [...ingressOf(stack, name, edges), ...healthOf(stack, name), ...migrationOf(stack, name)],
      [
        // Whom a service may call is decided at the waypoint, through which every call goes.
        ...(ambient ? [] : egressOf(stack, name, edges)),
        ...externalsOf(stack, name),
        ...authorizerOf(stack, name),
        ...outsideOf(stack),
      ],
      serviceLabels(catalog, name),
    ),
  );
}

function ingressOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyIngressRule[] {
  return edges
    .filter(({ to }) => to === name)
    .map((edge) => ({ from: callersOf(edge), ports: tcp(portOf(stack, edge)) }));
}

/** Callers without a tunnel of the mesh arrive at the pod's own port, also in an ambient mesh. */
function outsidersOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyIngressRule[] {
  return ingressOf(
    stack,
    name,
    edges.filter(({ from }) => from.kind === "outsider"),
  );
}

function callersOf({ from }: Edge): NonNullable<NetworkPolicyIngressRule["from"]> {
  switch (from.kind) {
    case "service":
      return [pods(from.service)];
    case "ingress":
      return [ingressGateway()];
    case "outsider": {
      const { principals = [], namespaces = [], addresses = [] } = from.from;
      // An identity lies in a namespace; which of its pods has it only the mesh can tell.
      const ofPrincipals = principals.map((principal) => /\/ns\/([^/]+)\//.exec(principal)?.[1] ?? "");
      return [
        ...[...new Set([...ofPrincipals, ...namespaces])].map((namespace) => inNamespace(namespace)),
        ...addresses.map((address) => network(address)),
      ];
    }
  }
}

/** The gateway's health checks reach every service, as its policies say. */
function healthOf({ catalog }: StackData, name: string): NetworkPolicyIngressRule[] {
  const service = catalog.services[name];
  return service === undefined ? [] : [{ from: [ingressGateway()], ports: tcp(service.port) }];
}

function migrationOf({ config, catalog }: StackData, name: string): NetworkPolicyIngressRule[] {
  const service = catalog.services[name];
  return config.security.migration
    .filter((entry) => entry.service === name && service !== undefined)
    .map(({ plainTextFrom }) => ({
      from: plainTextFrom.map((cidr) => network(cidr)),
      ports: tcp(service?.port ?? 0, ...Object.values(service?.extraPorts ?? {})),
    }));
}

function egressOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyEgressRule[] {
  return edges
    .filter(({ from }) => from.kind === "service" && from.service === name)
    .map((edge) => ({ to: [pods(edge.to)], ports: tcp(portOf(stack, edge)) }));
}

/** Outside by the egress gateway, or straight to any address: what a host resolves to is not known here. */
function externalsOf({ catalog }: StackData, name: string): NetworkPolicyEgressRule[] {
  const called = (catalog.services[name]?.externalCalls ?? []).flatMap((call) => catalog.externalServices[call] ?? []);
  const direct = called.filter(({ egressGateway }) => !egressGateway).map(({ port }) => port);
  return [
    ...(called.some(({ egressGateway }) => egressGateway)
      ? [{ to: [inNamespace(NAMESPACES.egress, { app: RELEASES.egressGateway })], ports: tcp(EGRESS_POD_PORT) }]
      : []),
    ...(direct.length === 0 ? [] : [{ to: [network("0.0.0.0/0", [METADATA])], ports: tcp(...direct) }]),
  ];
}

function authorizerOf({ config }: StackData, name: string): NetworkPolicyEgressRule[] {
  const { externalAuthorization } = config.security;
  if (externalAuthorization?.services.includes(name) !== true) {
    return [];
  }
  return [toHost(externalAuthorization.host, externalAuthorization.port)];
}

/** Where workloads may call hosts that the mesh does not know, the network lets them out of the cluster too. */
function outsideOf({ config }: StackData): NetworkPolicyEgressRule[] {
  return config.mesh.outboundTraffic === "ALLOW_ANY" ? [{ to: anywhereOutside(config) }] : [];
}

function tracing({ config }: StackData): NetworkPolicyEgressRule[] {
  const provider = tracingProvider(config);
  return provider === undefined ? [] : [toHost(provider.service, provider.port)];
}

/** A host of the cluster by its namespace, any other by its port alone: its addresses are not known here. */
function toHost(host: string, port: number): NetworkPolicyEgressRule {
  const namespace = namespaceOf(host);
  return { to: [namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace)], ports: tcp(port) };
}

/** Who reads metrics: this stack's Prometheus, or the one whose address is given, wherever that runs. */
function scrapers({ config }: StackData): NonNullable<NetworkPolicyIngressRule["from"]> {
  const { address } = config.observability.prometheus;
  const namespace = address === undefined ? NAMESPACES.observability : namespaceOf(new URL(address).hostname);
  return [namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace)];
}

function ingressGateway() {
  return inNamespace(NAMESPACES.ingress, { app: RELEASES.ingressGateway });
}

function portOf({ catalog }: StackData, { to, port }: Edge): number {
  return port ?? catalog.services[to]?.port ?? 0;
}
