import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { baseCommand, print, printJson } from "../drive/common.ts";

/** `mesh status [stack]` */
export function statusCommand(): Command {
  return baseCommand("status", "Say what runs on this machine and what each stack has.", [
    "npm run mesh -- status                  all stacks of the sandbox",
    "npm run mesh -- status dev --json       one stack, as JSON",
  ])
    .argument("[stack]", "stack; default: all")
    .action(async (stack: string | undefined, options: CommonOptions) => {
      const { status } = await import("../../sandbox/driver/commands/status.ts");
      const stacks = await status(stack, placesFrom(options, process.env));
      if (options.json === true) {
        printJson({ command: "status", stacks });
        return;
      }
      const { statusLines } = await import("../output/status.ts");
      print(stacks.length === 0 ? ["nothing runs: no stack was ever brought up here"] : stacks.flatMap(statusLines));
    });
}
