import { PROBES } from "../data-plane/ambient.ts";
import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
} from "kubernetes-types/networking/v1.d.ts";
import { edgesOf } from "../../stack/call-graph.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { authorizerOf } from "./callees.ts";
import { namespacesOf } from "./outsiders.ts";
import { policy } from "./policy.ts";
import { inNamespace, network, tcp, METADATA } from "../../kubernetes/network-peers.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { StackData } from "../../stack/stack.ts";
import { portsOutside } from "../egress/ambient.ts";
import { WAYPOINT_LABELS } from "../data-plane/waypoint.ts";

/** What every pod of a service takes in an ambient mesh: the tunnel from the waypoint, for all who may call it. */
export function throughWaypoint(): NetworkPolicyIngressRule[] {
  return [{ from: [waypoint()], ports: tcp(ISTIO_PORTS.hbone) }];
}

/**
 * The tunnel below an ambient application: its pods reach the waypoint by it, the waypoint the pods, and the gateways and callers of
 * other namespaces the waypoint. Who may call whom is not to be seen at this level: every call comes from the waypoint.
 */
export function waypointNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  const tunnel = tcp(ISTIO_PORTS.hbone);
  const ownPods: NetworkPolicyPeer = { podSelector: {} };
  const gateways = [
    RELEASES.ingressGateway,
    ...(config.mesh.internalGateway.enabled ? [RELEASES.internalGateway] : []),
  ];
  return [
    policy(catalog, "tunnel", {}, [{ from: [network(PROBES)] }], [{ to: [waypoint()], ports: tunnel }]),
    policy(
      catalog,
      "waypoint",
      WAYPOINT_LABELS,
      [
        {
          from: [
            ownPods,
            ...gateways.map((app) => inNamespace(NAMESPACES.ingress, { app })),
            ...callerNamespaces(catalog).map((namespace) => inNamespace(namespace)),
          ],
          ports: tunnel,
        },
      ],
      [{ to: [ownPods], ports: tunnel }, ...outside(stack), ...authorizerOf(stack, Object.keys(catalog.services))],
    ),
  ];
}

/** Namespaces of callers that are in the mesh and in no catalog. */
function callerNamespaces(catalog: StackData["catalog"]): string[] {
  return [
    ...new Set(edgesOf(catalog).flatMap(({ from }) => (from.kind === "outsider" ? namespacesOf(from.from) : []))),
  ];
}

/** What lies outside is reached by the waypoint alone; what a host resolves to is not known here. */
function outside(stack: StackData): NetworkPolicyEgressRule[] {
  const ports = portsOutside(stack);
  return ports.length === 0 ? [] : [{ to: [network("0.0.0.0/0", [METADATA])], ports: tcp(...ports) }];
}

function waypoint(): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { ...WAYPOINT_LABELS } } };
}
