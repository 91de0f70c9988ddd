import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import type { AccessDiffJson, AccessJson } from "../output/access.ts";
import { baseCommand, print, printJson } from "../drive/common.ts";

type AccessOptions = CommonOptions & { readonly markdown?: boolean; readonly diff?: string };

/** `mesh access <stack>` */
export function accessCommand(): Command {
  return baseCommand(
    "access",
    "Show which service can call which, computed from the policies that the stack would apply: every pair of services, gateways and the outside.",
    [
      "npm run mesh -- access prod                     which requests are let in, and by which object",
      "npm run mesh -- access prod --diff main         what this branch opens and closes",
      "npm run mesh -- access prod --markdown > a.md   for a pull request or an audit",
    ],
  )
    .argument("<stack>", "stack, e.g. prod")
    .option("--markdown", "print Markdown")
    .option("--diff <ref>", "compare with the settings and catalogs of a commit, branch or tag")
    .action(async (stack: string, options: AccessOptions) => {
      const { accessAt, accessOfStack } = await import("../stack/access-of-stack.ts");
      const { accessLines, accessMarkdown, changeLines, changeMarkdown } = await import("../output/access.ts");
      const { projectDir } = placesFrom(options, process.env);
      const edges = accessOfStack(projectDir, stack);
      if (options.diff === undefined) {
        if (options.json === true) {
          printJson({ command: "access", stack, edges } satisfies AccessJson);
          return;
        }
        print(options.markdown === true ? accessMarkdown(stack, edges) : accessLines(stack, edges, process.stdout));
        return;
      }
      const { accessChanges } = await import("../../analysis/access/diff.ts");
      const changes = accessChanges(accessAt(projectDir, stack, options.diff), edges);
      if (options.json === true) {
        printJson({ command: "access", stack, diff: options.diff, changes } satisfies AccessDiffJson);
        return;
      }
      const lines = options.markdown === true ? changeMarkdown : changeLines;
      print(lines(stack, options.diff, changes));
    });
}
