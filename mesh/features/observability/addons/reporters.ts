import type { MeshConfig } from "../../../stack/mesh.ts";

/** Values of the label `reporter`: which proxy's word on a request is taken. */
export interface Reporters {
  /** What callers get, failures to reach the service among it. */
  readonly caller: string;
  /** What the service does, with the version that answered. */
  readonly callee: string;
}

/**
 * Sidecars count at both ends. In an ambient mesh only the waypoint reads requests: it counts once, with the version that
 * answered and with its own failures to reach one; ztunnel at both ends counts connections alone.
 * Source: istio/proxy, istio_stats.cc (ServerGateway), and istio/ztunnel, src/proxy/metrics.rs, read 2026-11-21.
 */
export function reportersOf(mode: MeshConfig["mode"]): Reporters {
  return mode === "ambient" ? { caller: "waypoint", callee: "waypoint" } : { caller: "source", callee: "destination" };
}
