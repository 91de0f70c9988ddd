import { KubernetesClient } from "../cluster/client.ts";
import { newestWarning } from "../../analysis/doctor/pod-problem.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { listAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import type { EngineProblem } from "./changes.ts";
import { readState } from "./checkpoint.ts";

/**
 * Adds the cluster's newest warning to each failed Helm release: Helm itself reports only that its time was over.
 * @param kubeconfig path of the cluster's
 * @param checkpoint path of the stack's state
 * @param since the beginning of the run
 */
export async function withReleaseWarnings(
  problems: readonly EngineProblem[],
  kubeconfig: string,
  checkpoint: string,
  since: Date,
): Promise<readonly EngineProblem[]> {
  if (!problems.some(isTimeout)) {
    return problems;
  }
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    const events = listAt(await client.call("GET", "/api/v1/events"), "items") as readonly KubernetesObject[];
    const { resources, pending } = readState(checkpoint);
    const known = [...resources, ...pending.map(({ resource }) => resource)];
    return problems.map((problem) => {
      const namespace = known.find(({ urn }) => urn === problem.urn)?.inputs?.["namespace"];
      const own = events.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
      const warning = isTimeout(problem) ? newestWarning(own, since) : undefined;
      return warning === undefined
        ? problem
        : { ...problem, message: `${problem.message}; the last warning: ${warning}` };
    });
  } catch {
    // The API server is gone, too: the problem stands as it is.
    return problems;
  } finally {
    client.close();
  }
}

function isTimeout({ urn, message }: EngineProblem): boolean {
  return urn?.includes("kubernetes:helm.sh/v3:Release::") === true && /timed out|deadline exceeded/.test(message);
}
