import type { ServiceSpec, VersionSpec } from "./catalog.ts";
import type { Replicas } from "../schema/common.ts";

/** Bounds of a version's autoscaler: its own, else the service's. */
export function replicasOf(service: ServiceSpec, version: VersionSpec): Replicas {
  return version.replicas ?? service.replicas;
}

/** Equal bounds leave nothing to scale. */
export function isAutoscaled(bounds: Replicas): boolean {
  return bounds.min < bounds.max;
}
