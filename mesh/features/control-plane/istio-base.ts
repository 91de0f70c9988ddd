import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import { defaultRevision, newestVersion } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import { istioRelease, VALIDATION_FAILS_CLOSED } from "../../releases/istio-chart.ts";

/** Istio's CustomResourceDefinitions, cluster roles and validation webhook. */
export function istioBase({ config }: StackData): HelmRelease {
  return istioRelease(config.mesh, {
    name: RELEASES.istioBase,
    namespace: NAMESPACES.istioSystem,
    chart: "base",
    // Older control planes can live with newer definitions; a newer one may not start with older.
    version: newestVersion(config.mesh),
    values: { base: VALIDATION_FAILS_CLOSED, defaultRevision: defaultRevision(config.mesh).name },
  });
}
