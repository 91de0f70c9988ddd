import type { Command } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { baseCommand, drive, print, printJson } from "../drive/common.ts";

/** `mesh down [stack]` */
export function downCommand(): Command {
  return baseCommand("down", "Stop what runs. Everything recorded stays, and the next `up` continues from it.", [
    "npm run mesh -- down                    all stacks",
    "npm run mesh -- down dev --purge        one stack, and delete its folder in .sandbox",
  ])
    .argument("[stack]", "stack; default: all")
    .option("--purge", "delete the stack's state too: the next `up` begins from nothing")
    .action(async (stack: string | undefined, options: CommonOptions & { purge?: boolean }) => {
      const { down } = await import("../../sandbox/driver/commands/down.ts");
      const stacks = await drive(options, (driver) => down(stack, { ...driver, purge: options.purge === true }));
      if (options.json === true) {
        printJson({ command: "down", stacks });
        return;
      }
      const lines = stacks.map(({ stack: name, stopped, purged }) => {
        const what = stopped.length === 0 ? "nothing ran" : `stopped ${stopped.join(", ")}`;
        return `${name}: ${what}${purged ? "; its state is deleted" : ""}`;
      });
      print(lines.length === 0 ? ["nothing runs"] : lines);
    });
}
