import { z } from "zod";
import { semver } from "./common.ts";

/** Where a chart comes from: a repository, an OCI registry, or a directory on this machine (air-gapped sites). */
export const chartRepository = z
  .string()
  .regex(
    /^(https?:\/\/|oci:\/\/|\.{0,2}\/)/,
    "expected a chart repository (https://...), an OCI registry (oci://...) or a directory (./...)",
  );

/** Version and source of one chart. Both are part of the contract: a release never follows a moving tag. */
export function chart(defaults: { readonly version: string; readonly repository: string }) {
  return z
    .strictObject({
      version: semver.default(defaults.version).describe("Chart version, pinned."),
      repository: chartRepository
        .default(defaults.repository)
        .describe("Repository URL, `oci://` registry, or local directory that holds the chart."),
    })
    .prefault({});
}

export type ChartSource = z.infer<ReturnType<typeof chart>>;
