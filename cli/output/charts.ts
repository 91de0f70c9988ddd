import type { UpResult } from "../../sandbox/driver/commands/index.ts";
import { ISTIO_SOURCES } from "../../sandbox/toolchain/versions.ts";

type Charts = Pick<UpResult, "represented" | "substituted" | "podRuntime" | "cluster">;

/** Which charts are not their repositories', and why; grouped by reason, as one repository takes several releases with it. */
export function chartLines(result: Charts): string[] {
  const { represented, substituted } = result;
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
      const names = represented
        .filter((release) => release.reason === reason)
        .map(({ name, chart }) => (chart === "redis-ha" && runsRedis(result) ? `${name} (its Redis is real)` : name));
      return `                 ${names.join(", ")}: ${reason}`;
    }),
    represented.length + substituted.length === 0
      ? "charts           all are their repositories'"
      : "                 it stays so until `down --purge`, also when a repository answers later",
  ];
}

/** Whether this machine has a Redis, which the placeholder then runs as the chart would. */
function runsRedis({ podRuntime, cluster }: Charts): boolean {
  return podRuntime.kind === "kubelet" && !cluster.placeholderImages.some((image) => /\/redis$/.test(image));
}
