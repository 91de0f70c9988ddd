import type { MeshConfig } from "../stack/mesh.ts";
import { oldestVersion } from "../features/control-plane/revisions/revisions.ts";
import type { HelmRelease, HelmValues } from "../kubernetes/objects.ts";

/**
 * Written out, because istiod turns Ignore into Fail at run time: with the chart's default every later run would see a
 * difference that nobody made.
 */
export const VALIDATION_FAILS_CLOSED = { validationFailurePolicy: "Fail" } as const;

/** A release of one of Istio's own charts. Default version: that of what all control planes share. */
export function istioRelease(
  mesh: MeshConfig,
  release: Pick<HelmRelease, "name" | "namespace" | "chart" | "values"> & { readonly version?: string },
): HelmRelease {
  return { repository: mesh.repository, version: oldestVersion(mesh), ...release };
}

/** Where Istio's images come from, and which variant: values under `global` of the charts that have images. */
export function imageValues({ hub, proxy }: MeshConfig): HelmValues {
  return {
    ...(hub === undefined ? {} : { hub }),
    // The charts' own images are called without a suffix.
    ...(proxy.image === "default" ? {} : { variant: proxy.image }),
  };
}
