import type { NetworkPolicyIngressRule, NetworkPolicyPeer } from "kubernetes-types/networking/v1.d.ts";
import { NAMESPACES, RELEASES } from "../names.ts";
import type { NetworkPolicyObject } from "../objects.ts";
import { policy } from "../security/network-policies/policy.ts";
import { inNamespace, network, tcp } from "../security/network-policies/peers.ts";
import { ISTIO_PORTS } from "../security/network-policies/ports.ts";
import type { StackData } from "../stack.ts";
import { WAYPOINT_LABELS } from "./waypoint.ts";

/**
 * Address from which istio-cni lets the kubelet's probes reach a pod of an ambient mesh.
 * Source: istio.io/latest/docs/ambient/usage/networkpolicy/.
 */
const PROBES = "169.254.7.127/32";

/** What every pod of a service takes in an ambient mesh: the tunnel from the waypoint, for all who may call it. */
export function throughWaypoint(): NetworkPolicyIngressRule[] {
  return [{ from: [waypoint()], ports: tcp(ISTIO_PORTS.hbone) }];
}

/**
 * The tunnel below an ambient application: its pods reach the waypoint and the egress gateway by it, the waypoint reaches the pods, and
 * the ingress gateway the waypoint. Who may call whom is not to be seen at this level: every call comes from the waypoint.
 */
export function waypointNetworkPolicies({ catalog }: StackData): NetworkPolicyObject[] {
  const tunnel = tcp(ISTIO_PORTS.hbone);
  const ownPods: NetworkPolicyPeer = { podSelector: {} };
  return [
    policy(
      catalog,
      "tunnel",
      {},
      [{ from: [network(PROBES)] }],
      [{ to: [waypoint(), inNamespace(NAMESPACES.egress, { app: RELEASES.egressGateway })], ports: tunnel }],
    ),
    policy(
      catalog,
      "waypoint",
      WAYPOINT_LABELS,
      [{ from: [ownPods, inNamespace(NAMESPACES.ingress, { app: RELEASES.ingressGateway })], ports: tunnel }],
      [{ to: [ownPods, inNamespace(NAMESPACES.egress, { app: RELEASES.egressGateway })], ports: tunnel }],
    ),
  ];
}

function waypoint(): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { ...WAYPOINT_LABELS } } };
}
