import type { NetworkPolicyIngressRule, NetworkPolicyPeer } from "kubernetes-types/networking/v1.d.ts";
import { named } from "../../kubernetes/make.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import { inNamespace, tcp } from "../../kubernetes/network-peers.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { ADDON_PORTS } from "../observability/addons/addresses.ts";
import { addonReleases } from "../observability/releases.ts";
import { policy } from "./policy.ts";

const NAME = "app.kubernetes.io/name";

/** Ports on which the addons take spans. */
const OTLP = [ADDON_PORTS.otlpGrpc, ADDON_PORTS.otlpHttp];

/** Every proxy, wherever it runs. */
const PROXIES: NetworkPolicyPeer = { namespaceSelector: {} };

/** Nobody reaches an addon but those that read from it or write to it. `mesh open` forwards ports from inside of the pod. */
export function addonNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { hosts } = stack.config.observability.access;
  const installed = new Set(addonReleases(stack).map(({ name }) => name));
  const scraped = (...ports: number[]) => open([addon("prometheus")], ...ports);
  // The ingress gateway asks a console that has a host.
  const shownAt = (host: string | undefined, port: number) =>
    host === undefined ? [] : [open([inNamespace(NAMESPACES.ingress)], port)];
  const gossip = { from: [addon("alertmanager")], ports: [...tcp(9094), { port: 9094, protocol: "UDP" }] };
  const guarded: [release: string, name: string, ingress: NetworkPolicyIngressRule[], labels?: Labels][] = [
    [
      RELEASES.prometheus,
      "prometheus",
      [open([addon("grafana"), addon("kiali"), addon("prometheus")], 9090), scraped(8080)],
    ],
    [RELEASES.prometheus, "alertmanager", [scraped(9093, 8080), gossip]],
    [RELEASES.prometheus, "kube-state-metrics", [scraped(8080)]],
    [RELEASES.prometheus, "prometheus-operator", [scraped(8080)], { app: "kube-prometheus-stack-operator" }],
    [
      RELEASES.jaeger,
      "jaeger",
      [
        open([addon(RELEASES.collector)], ...OTLP),
        open([addon("grafana"), addon("kiali")], 16685, 16686),
        scraped(8888),
        // Without a collector the proxies write to Jaeger themselves.
        ...(installed.has(RELEASES.collector) ? [] : [open([PROXIES], ...OTLP)]),
      ],
    ],
    [RELEASES.collector, RELEASES.collector, [open([PROXIES], ...OTLP), scraped(8888)]],
    [RELEASES.grafana, "grafana", [open([addon("prometheus"), addon("kiali")], 3000), ...shownAt(hosts.grafana, 3000)]],
    [RELEASES.kiali, "kiali", [scraped(9090), ...shownAt(hosts.kiali, 20001)]],
  ];
  return [
    policy(named("deny-all", NAMESPACES.observability), {}, []),
    ...guarded
      .filter(([release]) => installed.has(release))
      .map(([, name, ingress, labels = { [NAME]: name }]) =>
        policy(named(name, NAMESPACES.observability), labels, ingress),
      ),
  ];
}

type Labels = Readonly<Record<string, string>>;

function addon(name: string): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { [NAME]: name } } };
}

function open(from: NetworkPolicyPeer[], ...ports: number[]): NetworkPolicyIngressRule {
  return { from, ports: tcp(...ports) };
}
