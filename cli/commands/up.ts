import type { Command } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { baseCommand, drive, print, printJson, withCatalogOption } from "../drive/common.ts";

/** `mesh up <stack>` */
export function upCommand(): Command {
  return withCatalogOption(
    baseCommand("up", "Bring a stack up on a local control plane: the same program and engine as `pulumi up`.", [
      "npm start                               the stack dev",
      "npm run mesh -- up local --catalog bookinfo     another application",
      "npm run mesh -- up prod                 nodes, replicas and policies of production",
      "npm run mesh -- up prod --json          for scripts: what changed, and the address for browsers, as JSON",
    ]),
  )
    .argument("<stack>", "stack, e.g. dev")
    .action(async (stack: string, options: CommonOptions) => {
      const started = performance.now();
      const { up } = await import("../../sandbox/driver/commands/up.ts");
      const { withFirstSight } = await import("../drive/first-sight.ts");
      const result = await drive(options, (driver, say) =>
        up(stack, options.json === true ? driver : withFirstSight(stack, driver, say)),
      );
      const durationMs = performance.now() - started;
      if (options.json === true) {
        const { resultJson } = await import("../output/result-json.ts");
        const open = result.forwards.find(({ url }) => url !== undefined)?.url ?? null;
        printJson({ ...resultJson("up", stack, result, durationMs), open });
        return;
      }
      const { upSummary } = await import("../output/summary.ts");
      print(upSummary(stack, result, durationMs, process.stdout));
    });
}
