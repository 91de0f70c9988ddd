import type { NetworkPolicyIngressRule, NetworkPolicyPeer } from "kubernetes-types/networking/v1.d.ts";
import { named } from "../../kubernetes/make.ts";
import { inNamespace, network, tcp } from "../../kubernetes/network-peers.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import { edgesOf } from "../../stack/call-graph.ts";
import type { StackData } from "../../stack/stack.ts";
import { PROBES } from "../data-plane/ambient.ts";
import { WAYPOINT_LABELS } from "../data-plane/waypoint.ts";
import { authorizerOf, toPorts } from "./callees.ts";
import { gatewayPods, namespacesOf } from "./callers.ts";
import { policy } from "./policy.ts";

const TUNNEL = tcp(ISTIO_PORTS.hbone);
const WAYPOINT_PODS: NetworkPolicyPeer = { podSelector: { matchLabels: { ...WAYPOINT_LABELS } } };

/** What every pod of a service takes in an ambient mesh: the tunnel from the waypoint, for all who may call it. */
export function throughWaypoint(): NetworkPolicyIngressRule[] {
  return [{ from: [WAYPOINT_PODS], ports: TUNNEL }];
}

/**
 * The tunnel below an ambient application: its pods reach the waypoint by it, the waypoint the pods, and the gateways and callers of
 * other namespaces the waypoint. The arrows of the call graph are not to be seen at this level: every call comes from the waypoint.
 */
export function waypointNetworkPolicies({ config, catalog }: StackData): NetworkPolicyObject[] {
  const ownPods: NetworkPolicyPeer = { podSelector: {} };
  const external = edgesOf(catalog).flatMap(({ from }) => (from.kind === "external" ? namespacesOf(from.from) : []));
  const callers = [
    ownPods,
    gatewayPods("ingress"),
    ...(config.mesh.internalGateway.enabled ? [gatewayPods("internal")] : []),
    ...[...new Set(external)].map((namespace) => inNamespace(namespace)),
  ];
  return [
    policy(
      named("tunnel", catalog.namespace),
      {},
      [{ from: [network(PROBES)] }],
      [{ to: [WAYPOINT_PODS], ports: TUNNEL }],
    ),
    policy(
      named("waypoint", catalog.namespace),
      WAYPOINT_LABELS,
      [{ from: callers, ports: TUNNEL }],
      [
        { to: [ownPods], ports: TUNNEL },
        // What lies outside is reached by the waypoint alone.
        ...toPorts(Object.values(catalog.externalServices).map(({ port }) => port)),
        ...authorizerOf(config, Object.keys(catalog.services)),
      ],
    ),
  ];
}
