import type { UpResult } from "../../sandbox/driver/index.ts";
import { ISTIO_SOURCES } from "../../sandbox/toolchain/versions.ts";

/** Which charts are not their repositories', and why; grouped by reason, as one repository takes several releases with it. */
export function chartLines({ represented, substituted }: Pick<UpResult, "represented" | "substituted">): string[] {
  const [first] = substituted;
  const versions = [...new Set(substituted.map(({ version }) => version))].sort().join(" and ");
  const reasons = [...new Set(represented.map(({ reason }) => reason))].sort();
  return [
    ...(first === undefined
      ? []
      : [`charts           Istio ${ISTIO_SOURCES} ran in place of ${versions}'s charts: ${first.reason}`]),
    ...(represented.length === 0
      ? []
      : [
          `placeholders     ${represented.length} Helm releases have the pods, requests and placement of their charts, and do none of their work`,
        ]),
    ...reasons.map((reason) => {
      const names = represented.filter((release) => release.reason === reason).map(({ name }) => name);
      return `                 ${names.join(", ")}: ${reason}`;
    }),
    represented.length + substituted.length === 0
      ? "charts           all are their repositories'"
      : "                 it stays so until `down --purge`, also when a repository answers later",
  ];
}
