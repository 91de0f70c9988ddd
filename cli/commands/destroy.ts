import type { Command } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { baseCommand, drive, print, printJson } from "../drive/common.ts";

/** `mesh destroy <stack>` */
export function destroyCommand(): Command {
  return baseCommand("destroy", "Delete everything that a stack made in the sandbox, in the reverse order.", [
    "npm run mesh -- destroy dev             the stack's settings and the sandbox's folder stay",
    "npm run mesh -- down --purge dev        afterwards: forget the stack altogether",
  ])
    .argument("<stack>", "stack, e.g. dev")
    .action(async (stack: string, options: CommonOptions) => {
      const started = performance.now();
      const { destroy } = await import("../../sandbox/driver/commands/destroy.ts");
      const result = await drive(options, (driver) => destroy(stack, driver));
      const durationMs = performance.now() - started;
      if (options.json === true) {
        const { resultJson } = await import("../output/result-json.ts");
        printJson(resultJson("destroy", stack, result, durationMs));
        return;
      }
      const { countsLine } = await import("../output/diff.ts");
      print([`${stack} is destroyed: ${countsLine(result.counts, "past")} (${(durationMs / 1000).toFixed(1)} s)`]);
    });
}
