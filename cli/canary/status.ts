import { nextShare } from "../../mesh/features/canary/steps.ts";
import { print, printJson } from "../drive/common.ts";
import type { CanaryOptions } from "./options.ts";
import type { CanarySession } from "./session.ts";

/** Prints where a canary stands. */
export function showStatus(session: CanarySession, options: CanaryOptions): void {
  const spec = session.spec();
  const percent = session.percent();
  const next = nextShare(spec) ?? null;
  const { version, phase = null, phases, analysis } = spec;
  const rollback = session.journal()?.rollback ?? null;
  if (options.json === true) {
    printJson({
      command: "canary",
      action: "status",
      service: session.service,
      stack: session.stackName,
      version,
      percent,
      phase,
      phases,
      next,
      analysis,
      rollback,
    });
    return;
  }
  print([
    `${session.service} on ${session.stackName}: ${version} gets ${percent} %${phase === null ? "" : ` (phase ${phase} of ${phases.length})`}`,
    `phases    ${phases.map((share) => `${share} %`).join(", ")}; next: ${next === null ? "none" : `${next} %`}`,
    `analysis  success rate at least ${analysis.successRate} %, p99 at most ${analysis.p99Milliseconds} ms, over ${analysis.windowSeconds} s and ${analysis.minimumRequests} requests`,
    ...(rollback === null
      ? []
      : [`rolled back: ${rollback.why}${rollback.applied ? "" : " (not applied yet: run next --analyse --yes)"}`]),
  ]);
}
