import type { Command } from "commander";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { baseCommand, print, printJson } from "../drive/common.ts";

/** `mesh kubeconfig [stack]` */
export function kubeconfigCommand(): Command {
  return baseCommand("kubeconfig", "Print the path of a running stack's kubeconfig, and nothing else.", [
    "export KUBECONFIG=$(npm run --silent mesh -- kubeconfig dev)",
    "kubectl --namespace ecommerce get deployments",
  ])
    .argument("[stack]", "stack; default: the only one that runs")
    .action(async (stack: string | undefined, options: CommonOptions) => {
      const { kubeconfig } = await import("../../sandbox/driver/commands/kubeconfig.ts");
      const found = kubeconfig(stack, placesFrom(options, process.env));
      if (options.json === true) {
        printJson({ command: "kubeconfig", ...found });
        return;
      }
      print([found.path]);
    });
}
