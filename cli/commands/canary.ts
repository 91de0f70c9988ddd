import type { Command } from "commander";
import type { CanaryOptions } from "../canary/options.ts";
import type { CanaryAction } from "../../mesh/features/canary/steps.ts";
import { placesFrom } from "../support/environment.ts";
import { UsageError } from "../support/exit-codes.ts";
import { baseCommand } from "../drive/common.ts";

/** `mesh canary <service> --stack prod next|set 25|rollback|status` */
export function canaryCommand(): Command {
  return baseCommand(
    "canary",
    "Give a canary more or fewer requests: edits Pulumi.<stack>.yaml, shows what that changes, and with --yes applies it.",
    [
      "npm run mesh -- canary product --stack prod status",
      "npm run mesh -- canary product --stack prod next                    the next phase, as an edit and a preview",
      "npm run mesh -- canary product --stack prod set 25 --yes            and applied to the sandbox's stack",
      "npm run mesh -- canary product --stack prod rollback --yes",
      "npm run mesh -- canary product --stack prod next --all --analyse --yes \\",
      "    --prometheus http://127.0.0.1:9090 --apply 'pulumi up --yes --stack prod'",
      "                                        every phase, as long as Prometheus agrees; rolled back when it does not",
    ],
  )
    .argument("<service>", "service of the catalog that has a canary")
    .argument("<action>", "next, set, rollback or status")
    .argument("[percent]", "with set: share of the canary, in per cent")
    .requiredOption("--stack <stack>", "stack, e.g. prod")
    .option("--yes", "apply: `mesh up` of the stack, or the command of --apply")
    .option("--analyse", "with next: ask Prometheus first, against the canary's `analysis`; roll back when it fails")
    .option("--all", "with next --analyse --yes: all phases to the end")
    .option(
      "--prometheus <url>",
      "address of Prometheus (default: observability.prometheus.address; token: MESH_PROMETHEUS_TOKEN)",
    )
    .option("--apply <command>", "command that makes the stack follow its file, e.g. 'pulumi up --yes --stack prod'")
    .action(async (service: string, action: string, percent: string | undefined, options: CanaryOptions) => {
      const { CanarySession } = await import("../canary/session.ts");
      const session = new CanarySession(placesFrom(options, process.env), options.stack, service);
      if (action === "status") {
        const { showStatus } = await import("../canary/status.ts");
        showStatus(session, options);
        return;
      }
      const asked = actionOf(action, percent, options);
      await session.assertChangeable();
      if (options.analyse === true) {
        const { advanceByAnalysis } = await import("../canary/by-analysis.ts");
        await advanceByAnalysis(session, options);
        return;
      }
      const { takeStep } = await import("../canary/single-step.ts");
      await takeStep(session, asked, options);
    });
}

function actionOf(action: string, percent: string | undefined, { analyse, all, yes }: CanaryOptions): CanaryAction {
  if (!["next", "set", "rollback"].includes(action)) {
    throw new UsageError(`expected next, set, rollback or status; got ${action}`);
  }
  if ((action === "set") !== (percent !== undefined)) {
    throw new UsageError(
      action === "set" ? "set needs a per cent, e.g. set 25" : `${action} takes no number; got ${percent ?? ""}`,
    );
  }
  if (analyse === true && action !== "next") {
    throw new UsageError("--analyse goes with next");
  }
  if (all === true && (analyse !== true || yes !== true)) {
    throw new UsageError("--all drives every phase by itself, so it needs --analyse and --yes");
  }
  return action === "set"
    ? { kind: "set", percent: percentOf(percent ?? "") }
    : { kind: action === "next" ? "next" : "rollback" };
}

function percentOf(text: string): number {
  const value = Number(text.replace(/%$/, ""));
  if (text === "" || Number.isNaN(value)) {
    throw new UsageError(`expected a per cent from 0 to 100; got ${text}`);
  }
  return value;
}
