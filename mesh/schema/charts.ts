import { matching, section, withDefault } from "./common.ts";

/** Where a chart comes from: a repository, an OCI registry, or a directory on this machine (air-gapped sites). */
export const chartRepository = matching(
  /^(https?:\/\/|oci:\/\/|\.{0,2}\/)/,
  "expected a chart repository (https://...), an OCI registry (oci://...) or a directory (./...)",
);

/** As the chart's repository writes it: some put a `v` before their versions. */
const chartVersion = matching(
  /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
  "expected a version of three numbers such as 1.30.7 (quote it in YAML)",
);

/** The key `repository` of a chart. */
export function repositoryOf(standard: string) {
  return withDefault(chartRepository, standard).describe(
    "Repository URL, `oci://` registry, or local directory with the chart, as `helm pull` leaves it or unpacked.",
  );
}

/** Version and source of one chart. Both are part of the contract: a release never follows a moving tag. */
export function chart(version: string, repository: string) {
  return section({
    version: chartVersion.default(version).describe("Chart version, pinned."),
    repository: repositoryOf(repository),
  });
}
