import type { Command } from "commander";
import { Outcome, UsageError } from "../support/exit-codes.ts";
import { placesFrom, type CommonOptions } from "../support/environment.ts";
import { baseCommand, kubeconfigOf, print, printJson } from "../drive/common.ts";

interface DoctorOptions extends CommonOptions {
  readonly kubeconfig?: string;
}

/** `mesh doctor [stack] [--kubeconfig F]` */
export function doctorCommand(): Command {
  return baseCommand("doctor", "Look at a live cluster and name what is wrong with its mesh. Changes nothing.", [
    "npm run mesh -- doctor dev                          the sandbox's cluster of that stack",
    "npm run mesh -- doctor prod --kubeconfig kubeconfig a cluster on AWS, with prod's catalog",
    "npm run mesh -- doctor --kubeconfig kubeconfig      any cluster with Istio",
    "npm run mesh -- doctor dev --json                   one object: findings, notLookedAt",
  ])
    .argument("[stack]", "stack whose cluster, or whose declared calls, are looked at")
    .option("--kubeconfig <file>", "kubeconfig of the cluster (default: that of the stack in the sandbox)")
    .action(async (stack: string | undefined, options: DoctorOptions) => {
      if (stack === undefined && options.kubeconfig === undefined) {
        throw new UsageError("name a stack, or a cluster with --kubeconfig");
      }
      const { KubernetesApi } = await import("../cluster/kubernetes-api.ts");
      const { readCluster } = await import("../doctor/read-cluster.ts");
      const { diagnose } = await import("../../analysis/doctor/diagnose.ts");
      const { doctorLines, notLookedAt } = await import("../output/doctor.ts");
      const data = stack === undefined ? undefined : await stackOf(stack, options);
      const view = await readCluster(
        new KubernetesApi(options.kubeconfig ?? (await kubeconfigOf(stack, options))),
        data,
      );
      const findings = diagnose(view);
      const unseen = notLookedAt(view);
      if (options.json === true) {
        printJson({ command: "doctor", findings, notLookedAt: unseen });
      } else {
        print(doctorLines(findings, unseen, process.stdout));
      }
      if (findings.length > 0) {
        throw new Outcome();
      }
    });
}

async function stackOf(stack: string, options: CommonOptions) {
  const { readStackFile } = await import("../../mesh/load/load.ts");
  return readStackFile(placesFrom(options, process.env).projectDir, stack);
}
