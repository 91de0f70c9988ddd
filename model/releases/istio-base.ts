import { NAMESPACES, RELEASES } from "../names.ts";
import type { HelmRelease } from "../objects.ts";
import type { StackData } from "../stack.ts";
import { istioRelease, VALIDATION_FAILS_CLOSED } from "./istio-chart.ts";

/** Istio's CustomResourceDefinitions, cluster roles and validation webhook. */
export function istioBase({ config }: StackData): HelmRelease {
  return istioRelease(config.mesh, {
    name: RELEASES.istioBase,
    namespace: NAMESPACES.istioSystem,
    chart: "base",
    values: { base: VALIDATION_FAILS_CLOSED, defaultRevision: "default" },
  });
}
