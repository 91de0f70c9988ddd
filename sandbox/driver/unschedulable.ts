import { setTimeout as delay } from "node:timers/promises";
import { KubernetesClient } from "../cluster/client.ts";
import { podProblem } from "../../analysis/doctor/pod-problem.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { listAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/**
 * A pod that the scheduler could not place for this long will not be placed: the sandbox's nodes come with the node groups,
 * and nothing scales them. The provider would wait for its whole timeout, 10 minutes.
 */
const UNSCHEDULABLE_MS = 40_000;
const LOOK_EVERY_MS = 5_000;

/** At most this many pods are named: the others usually wait for the same thing. */
const NAMED_PODS = 3;

/**
 * Looks for pods that find no node until `signal` aborts, and tells of them once.
 * @param kubeconfig path of the cluster's kubeconfig
 */
export async function watchUnschedulable(
  kubeconfig: string,
  signal: AbortSignal,
  onFound: (error: CommandError) => void,
): Promise<void> {
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    while (!signal.aborted) {
      const query = { fieldSelector: "spec.nodeName=" };
      const pods = await client.call("GET", "/api/v1/pods", { query, signal });
      const error = unschedulable(listAt(pods, "items") as readonly KubernetesObject[], Date.now());
      if (error !== undefined) {
        onFound(error);
        return;
      }
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch {
    // The end of the command, or of the API server, which whoever watches the control plane tells of.
  } finally {
    client.close();
  }
}

/**
 * The error of a run whose pods do not fit; undefined as long as each may still be placed.
 * @param now milliseconds since the epoch
 */
export function unschedulable(pods: readonly KubernetesObject[], now: number): CommandError | undefined {
  const stuck = pods.flatMap((pod) => {
    const problem = pod.metadata.deletionTimestamp === undefined ? podProblem(pod) : undefined;
    const since = problem?.unschedulableSince;
    return problem === undefined || since === undefined || now - since < UNSCHEDULABLE_MS
      ? []
      : [`pod ${pod.metadata.namespace ?? ""}/${problem.pod}: ${problem.reason}`];
  });
  if (stuck.length === 0) {
    return undefined;
  }
  const more = stuck.length - NAMED_PODS;
  return new CommandError(
    "pods.unschedulable",
    `${stuck.length} pods have found no node for ${UNSCHEDULABLE_MS / 1000} s:\n${stuck.slice(0, NAMED_PODS).join("\n")}${more > 0 ? `\nand ${more} more` : ""}`,
    "Give the stack more or larger nodes, or its pods smaller requests; on AWS nothing would place them either, unless Karpenter is on.",
  );
}
