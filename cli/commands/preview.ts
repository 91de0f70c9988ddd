import type { Command } from "commander";
import type { CommonOptions } from "../support/environment.ts";
import { baseCommand, drive, print, printJson, withCatalogOption } from "../drive/common.ts";

/** `mesh preview <stack>` */
export function previewCommand(): Command {
  return withCatalogOption(
    baseCommand("preview", "Show what `up` would change, property by property. Starts no control plane.", [
      "npm run mesh -- preview prod            a readable diff",
      "npm run mesh -- preview prod --json     the same as JSON, for pull requests",
    ]),
  )
    .argument("<stack>", "stack, e.g. prod")
    .action(async (stack: string, options: CommonOptions) => {
      const started = performance.now();
      const { preview } = await import("../../sandbox/driver/commands/preview.ts");
      const result = await drive(options, (driver) => preview(stack, driver));
      if (options.json === true) {
        const { resultJson } = await import("../output/result-json.ts");
        printJson(resultJson("preview", stack, result, performance.now() - started));
        return;
      }
      const { countsLine, diffLines } = await import("../output/diff.ts");
      print([...diffLines(result.changed, process.stdout), `${stack}: ${countsLine(result.counts, "future")}`]);
    });
}
