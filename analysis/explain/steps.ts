import type { Search } from "./candidates.ts";
import type { Target } from "./callers.ts";
import type { PodGroup } from "./pods.ts";
import type { MeshRequest, TraceStep } from "./types.ts";
import { nameOf } from "./world.ts";

/** Where a call begins. */
export function callStep(pods: PodGroup, target: Target, port: number, isAmbient: boolean): TraceStep {
  return {
    object: `Deployment ${pods.namespace}/${pods.deployment}`,
    rule: isAmbient ? "ztunnel" : "sidecar",
    says: `calls ${target.host} on port ${port}`,
  };
}

/** Why no route takes a request. */
export function noRoute({ objects, missing }: Search, { host, method, path }: MeshRequest): string {
  const gaps = missing.map(({ delegate }) => `; the delegate ${delegate} is not there`).join("");
  return objects.length === 0
    ? `no VirtualService speaks for ${host} here`
    : `no route of ${objects.map(nameOf).join(", ")} takes ${method} ${path}${gaps}`;
}

/** Of what no HTTP route holds for. */
export const NO_SEARCH: Search = { objects: [], chosen: undefined, missing: [] };

/** An object that is not there, for its kind. */
export const NO_OBJECT = { kind: "VirtualService", metadata: { name: "" } } as const;
