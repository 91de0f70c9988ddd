import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import { spreadByHost, spreadByZone, systemPool } from "../../releases/placement.ts";
import type { StackData } from "../../stack/stack.ts";
import { attached } from "./attach.ts";
import type { DataPlane } from "./data-plane.ts";
import { toServices } from "./entry.ts";
import { AMBIENT_LABELS, WAYPOINT_LABELS, waypointObjects, waypointPolicies, ZTUNNEL_LABEL } from "./waypoint.ts";

/**
 * Address from which istio-cni lets the kubelet's probes reach a pod.
 * Source: istio.io/latest/docs/ambient/usage/networkpolicy/.
 */
export const PROBES = "169.254.7.127/32";

/** A ztunnel on each node for connections, and a waypoint for the application's requests. */
export function ambientDataPlane(stack: StackData): DataPlane {
  const { config, catalog } = stack;
  const { ztunnel, waypoint } = config.mesh.ambient;
  return {
    readsRequestsAt: "waypoint",
    tunnel: { port: ISTIO_PORTS.hbone, probes: PROBES },
    // The waypoint alone reads requests: it counts once, with the version that answered and with its own failures to reach one.
    // ztunnel counts connections alone, at both ends, and calls plain text unknown.
    // Source: istio/proxy, istio_stats.cc (ServerGateway), and istio/ztunnel, src/proxy/metrics.rs, read 2026-11-21.
    telemetry: {
      caller: "waypoint",
      callee: "waypoint",
      plainText: { metrics: ["istio_tcp_connections_opened_total"], policy: "unknown" },
    },
    namespaceLabels: (traffic) => (traffic === "requests" ? AMBIENT_LABELS : ZTUNNEL_LABEL),
    podAnnotations: () => ({}),
    proxyRequests: () => [],
    nodeProxies: () => [{ name: "ztunnel", requests: ztunnel.resources.requests }],
    sharedProxies: () => [{ name: "the waypoint", settings: waypoint }],
    proxyObjects: () => waypointObjects(stack),
    proxyPolicies: () => waypointPolicies(stack),
    // An object stays of its kind.
    attach: <T>(objects: readonly T[]) => objects.map((object) => attached(stack, object as never) as T),
    gatewayRoutes: (spec) => toServices(catalog, spec),
    istiod: {
      environment: { PILOT_ENABLE_AMBIENT: "true" },
      // What istiod gives to the pods of every waypoint.
      global: {
        waypoint: {
          resources: waypoint.resources,
          ...systemPool(config),
          affinity: spreadByHost(WAYPOINT_LABELS),
          topologySpreadConstraints: spreadByZone(WAYPOINT_LABELS),
        },
      },
      values: {
        // istiod trusts the node proxies of this namespace to ask for the certificates of their pods.
        trustedZtunnelNamespace: KUBE_SYSTEM,
        // For the proxies that istiod makes itself, the waypoints.
        gateways: { seccompProfile: { type: "RuntimeDefault" } },
      },
    },
    cni: { ambient: { enabled: true } },
    // A node's ztunnel asks for the certificates of the pods on it.
    certificateServer: { caTrustedNodeAccounts: `${KUBE_SYSTEM}/${RELEASES.ztunnel}` },
    // Gateways speak HBONE to ztunnel and waypoints: what the charts' profile `ambient` sets.
    proxyConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: "true" } },
  };
}
