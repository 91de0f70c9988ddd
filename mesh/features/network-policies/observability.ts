import { make, named } from "../../kubernetes/make.ts";
import { ADDON_PORTS } from "../observability/addons/addresses.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { addonReleases } from "../observability/releases.ts";

type Peer = "prometheus" | "alertmanager" | "grafana" | "kiali" | "collector" | "gateway" | "proxies";

interface Opening {
  readonly from: readonly Peer[];
  readonly ports: readonly (number | readonly [number, "UDP"])[];
}

interface Guarded {
  readonly release: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly openings: readonly Opening[];
}

const NAME = "app.kubernetes.io/name";

/** Who is meant by whom: pods of this namespace, of the gateway's, or every proxy wherever it runs. */
const PEERS: Readonly<Record<Peer, object>> = {
  prometheus: { podSelector: { matchLabels: { [NAME]: "prometheus" } } },
  alertmanager: { podSelector: { matchLabels: { [NAME]: "alertmanager" } } },
  grafana: { podSelector: { matchLabels: { [NAME]: "grafana" } } },
  kiali: { podSelector: { matchLabels: { [NAME]: "kiali" } } },
  collector: { podSelector: { matchLabels: { [NAME]: "opentelemetry-collector" } } },
  gateway: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACES.ingress } } },
  proxies: { namespaceSelector: {} },
};

/** Who may ask which addon for what. `mesh open` forwards ports from inside of the pod, and needs no opening. */
const GUARDED: readonly Guarded[] = [
  guard(RELEASES.prometheus, "prometheus", { [NAME]: "prometheus" }, [
    { from: ["grafana", "kiali", "prometheus"], ports: [9090] },
    { from: ["prometheus"], ports: [8080] },
  ]),
  guard(RELEASES.prometheus, "alertmanager", { [NAME]: "alertmanager" }, [
    { from: ["prometheus"], ports: [9093, 8080] },
    { from: ["alertmanager"], ports: [9094, [9094, "UDP"]] },
  ]),
  guard(RELEASES.prometheus, "kube-state-metrics", { [NAME]: "kube-state-metrics" }, [
    { from: ["prometheus"], ports: [8080] },
  ]),
  guard(RELEASES.prometheus, "prometheus-operator", { app: "kube-prometheus-stack-operator" }, [
    { from: ["prometheus"], ports: [8080] },
  ]),
  guard(RELEASES.jaeger, "jaeger", { [NAME]: "jaeger" }, [
    { from: ["collector"], ports: [ADDON_PORTS.otlpGrpc, ADDON_PORTS.otlpHttp] },
    { from: ["grafana", "kiali"], ports: [16685, 16686] },
    { from: ["prometheus"], ports: [8888] },
  ]),
  guard(RELEASES.collector, "opentelemetry-collector", { [NAME]: "opentelemetry-collector" }, [
    { from: ["proxies"], ports: [ADDON_PORTS.otlpGrpc, ADDON_PORTS.otlpHttp] },
    { from: ["prometheus"], ports: [8888] },
  ]),
  guard(RELEASES.grafana, "grafana", { [NAME]: "grafana" }, [{ from: ["prometheus", "kiali"], ports: [3000] }]),
  guard(RELEASES.kiali, "kiali", { [NAME]: "kiali" }, [{ from: ["prometheus"], ports: [9090] }]),
];

/** Port of a console's pod that the ingress gateway asks. */
const CONSOLE_PORTS = { grafana: 3000, kiali: 20001 } as const;

/** Nobody reaches an addon but those that read from it or write to it. */
export function addonNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const installed = new Set(addonReleases(stack).map(({ name }) => name));
  const guarded = GUARDED.filter(({ release }) => installed.has(release)).map((one) =>
    withExtras(stack, installed, one),
  );
  return [policy("deny-all", {}, []), ...guarded.map(({ name, labels, openings }) => policy(name, labels, openings))];
}

function withExtras({ config }: StackData, installed: ReadonlySet<string>, one: Guarded): Guarded {
  const { hosts } = config.observability.access;
  const shown = one.name === "grafana" || one.name === "kiali" ? one.name : undefined;
  const extras: Opening[] = [
    // Without a collector the proxies write to Jaeger themselves.
    ...(one.name === "jaeger" && !installed.has(RELEASES.collector)
      ? [{ from: ["proxies"] as const, ports: [ADDON_PORTS.otlpGrpc, ADDON_PORTS.otlpHttp] }]
      : []),
    ...(shown !== undefined && hosts[shown] !== undefined
      ? [{ from: ["gateway"] as const, ports: [CONSOLE_PORTS[shown]] }]
      : []),
  ];
  return { ...one, openings: [...one.openings, ...extras] };
}

function guard(
  release: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  openings: readonly Opening[],
): Guarded {
  return { release, name, labels, openings };
}

function policy(
  name: string,
  labels: Readonly<Record<string, string>>,
  openings: readonly Opening[],
): NetworkPolicyObject {
  return make("NetworkPolicy", named(name, NAMESPACES.observability), {
    podSelector: Object.keys(labels).length === 0 ? {} : { matchLabels: { ...labels } },
    policyTypes: ["Ingress"],
    ingress: openings.map(({ from, ports }) => ({
      from: from.map((peer) => PEERS[peer]),
      ports: ports.map((port) =>
        typeof port === "number" ? { port, protocol: "TCP" } : { port: port[0], protocol: port[1] },
      ),
    })),
  });
}
