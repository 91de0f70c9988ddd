import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import type { PodSet } from "../kubernetes/pod-requests.ts";

/** Pods that need a node, and pods that every node runs. */
export interface Pods {
  readonly sets: readonly PodSet[];
  readonly daemons: readonly PodSet[];
}

/** Nodes of a pool in words. */
export function describeNodes(count: number, { instanceTypes }: NodePoolConfig): string {
  return `${count} nodes of ${instanceTypes.join(", ")}`;
}

/** What would do, in words. */
export function mendHint(settings: readonly string[]): string {
  return settings.length === 0
    ? "lower the maxima of the autoscalers, or what the pods request"
    : `${settings.join(" or ")} would do, and so may lower maxima of the autoscalers`;
}
