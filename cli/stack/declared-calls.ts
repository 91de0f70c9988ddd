import type { StackData } from "../../mesh/stack/stack.ts";
import type { Declared } from "../../analysis/doctor/view.ts";

/** The calls of a stack's catalog, one for each method and path; a path that ends in `*` is asked for with one below it. */
export function declaredCalls({ catalog, config }: StackData): Declared {
  return {
    mode: config.mesh.mode,
    namespace: catalog.namespace,
    calls: Object.entries(catalog.services).flatMap(([from, { calls }]) =>
      calls.flatMap(({ to, methods, paths }) =>
        methods.flatMap((method) => paths.map((path) => ({ from, to, method, path: path.replace(/\*$/, "x") }))),
      ),
    ),
  };
}
