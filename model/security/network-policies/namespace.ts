import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { waypointNetworkPolicies } from "../../ambient/network-policies.ts";
import { isAmbient } from "../../ambient/waypoint.ts";
import { NAMESPACES } from "../../names.ts";
import type { NetworkPolicyObject } from "../../objects.ts";
import { tracingProvider } from "../../observability/telemetry/provider.ts";
import type { StackData } from "../../stack.ts";
import { inNamespace, namespaceOf, network, tcp, toHost } from "./peers.ts";
import { policy } from "./policy.ts";
import { ISTIO_PORTS } from "./ports.ts";

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

function tracing({ config }: StackData): NetworkPolicyEgressRule[] {
  const provider = tracingProvider(config);
  return provider === undefined ? [] : [toHost(provider.service, provider.port)];
}

/** Who reads metrics: this stack's Prometheus, or the one whose address is given, wherever that runs. */
function scrapers({ config }: StackData): NonNullable<NetworkPolicyIngressRule["from"]> {
  const { address } = config.observability.prometheus;
  const namespace = address === undefined ? NAMESPACES.observability : namespaceOf(new URL(address).hostname);
  return [namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace)];
}
