import type { StackData } from "../../stack/stack.ts";
import { ambientDataPlane } from "./ambient.ts";
import type { DataPlane } from "./data-plane.ts";
import { sidecarDataPlane } from "./sidecar.ts";

/** The data plane of a stack, by `mesh.mode`. */
export function dataPlaneOf(stack: StackData): DataPlane {
  return stack.config.mesh.mode === "ambient" ? ambientDataPlane(stack) : sidecarDataPlane(stack);
}
