import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { baseCommand, print, printJson, withCatalogOption } from "../drive/common.ts";

/** `mesh render <stack> --out DIR` */
export function renderCommand(): Command {
  return withCatalogOption(
    baseCommand(
      "render",
      "Write what a stack would apply as YAML files: for review, kubeconform, istioctl analyze, scanners.",
      ["npm run mesh -- render prod --out /tmp/prod", "kubeconform -ignore-missing-schemas /tmp/prod/objects"],
    ),
  )
    .argument("<stack>", "stack, e.g. prod")
    .requiredOption("--out <dir>", "folder to write to; files of an earlier render in it are replaced")
    .action(async (stack: string, options: CommonOptions & { out: string }) => {
      const { renderTo } = await import("../stack/render-to.ts");
      const files = renderTo(placesFrom(options, process.env).projectDir, stack, options.out, options.catalog);
      if (options.json === true) {
        printJson({ command: "render", stack, files });
        return;
      }
      print([`${files.length} files written to ${options.out}`]);
    });
}
