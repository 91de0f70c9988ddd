import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { baseCommand, print, printJson } from "../drive/common.ts";

/** `mesh cost <stack> [other]` */
export function costCommand(): Command {
  return baseCommand("cost", "Estimate what a stack costs on AWS in a month, or compare two. Asks nothing of AWS.", [
    "npm run mesh -- cost prod               a table by component, from list prices",
    "npm run mesh -- cost dev prod           side by side, with the differences",
    "npm run mesh -- cost prod --json        one object: currency, total, lines, asOf, region",
  ])
    .argument("<stack>", "stack, e.g. prod")
    .argument("[other]", "stack to compare with")
    .action(async (stack: string, other: string | undefined, options: CommonOptions) => {
      const { costOfStack } = await import("../stack/cost-of-stack.ts");
      const { comparisonJson, comparisonLines, costJson, costLines } = await import("../output/cost.ts");
      const { projectDir } = placesFrom(options, process.env);
      const today = new Date().toISOString().slice(0, 10);
      const first = costOfStack(projectDir, stack, today);
      const second = other === undefined ? undefined : costOfStack(projectDir, other, today);
      if (options.json === true) {
        printJson(second === undefined ? costJson(first.cost) : comparisonJson(first, second));
        return;
      }
      print(second === undefined ? costLines(first, process.stdout) : comparisonLines(first, second, process.stdout));
    });
}
