import type { PodRequest, PodSet } from "../kubernetes/pod-requests.ts";

/** Sums of thirds must not miss a whole; the wrong side of it is the cautious one. */
const ROUNDING = 1e-9;

/** Nodes that are all alike, and what pods may reserve on each. */
export interface Nodes {
  readonly count: number;
  readonly allocatable: PodRequest & { readonly pods: number };
}

/** Whether one pod fits on a node that holds nothing else. */
export function fitsAlone(request: PodRequest, allocatable: Nodes["allocatable"]): boolean {
  return (
    request.milliCpu <= allocatable.milliCpu && request.memoryMiB <= allocatable.memoryMiB && allocatable.pods >= 1
  );
}

/**
 * The set with the largest pods that may be left without a node; undefined when every pod is sure to find one.
 *
 * Sure means: in whatever order the pods come and wherever the scheduler puts them, since it spreads pods instead of packing
 * them, and after the loss of a zone it finds nodes that are half full. A node refuses a pod only when others take more of its
 * CPU, memory or pod count than the pod leaves free. Another pod brings a node at most one share ({@link shares}) of the way there,
 * so as long as those shares sum to less than the number of nodes, one node takes the pod. More nodes, more allocatable or smaller
 * pods never turn a yes into a no, which packing heuristics (first-fit decreasing) cannot promise.
 * @param nodes one kind of nodes, or several
 */
export function largestUnplaced(sets: readonly PodSet[], nodes: Nodes | readonly Nodes[]): PodSet | undefined {
  const kinds = "allocatable" in nodes ? [nodes] : nodes;
  const share = ({ request }: PodSet) =>
    Math.max(
      ...kinds.flatMap(({ allocatable }) => [
        request.milliCpu / allocatable.milliCpu,
        request.memoryMiB / allocatable.memoryMiB,
      ]),
    );
  return sets
    .filter((set) => set.pods > 0 && !isSureOfANode(set, sets, kinds))
    .sort((one, other) => share(other) - share(one))[0];
}

function isSureOfANode(set: PodSet, sets: readonly PodSet[], kinds: readonly Nodes[]): boolean {
  const usable = kinds.filter(({ count, allocatable }) => count >= 1 && fitsAlone(set.request, allocatable));
  const others = sets.map((other) => ({ ...other, pods: other === set ? other.pods - 1 : other.pods }));
  // If one kind has capacity although every other pod is there too, the other kinds can only help.
  return usable.some((kind) => isFree(set, others, kind)) || isAnyFree(set, others, usable);
}

/**
 * Whether one node of several kinds is sure to take the pod. A node's weight is how much it takes to fill it, by CPU or by
 * memory; what each pod brings of a node is weighed by that, wherever it brings the most. Less than the weight of all nodes cannot
 * fill them all.
 */
function isAnyFree(set: PodSet, others: readonly PodSet[], kinds: readonly Nodes[]): boolean {
  const limits = kinds.map(({ allocatable }) => refusalLimits(set.request, allocatable));
  if (limits.length < 2) {
    return false;
  }
  return ([0, 1] as const).some((dimension) => {
    const weights = limits.map((limit) => limit[dimension] / (limits[0]?.[dimension] ?? 1));
    const all = kinds.reduce((sum, { count }, kind) => sum + count * (weights[kind] ?? 0), 0);
    const brought = sumOver(others, (request) =>
      Math.max(...limits.map((limit, kind) => (weights[kind] ?? 0) * Math.max(...shares(request, limit)))),
    );
    return brought + ROUNDING < all;
  });
}

function isFree(set: PodSet, others: readonly PodSet[], { count, allocatable }: Nodes): boolean {
  const limits = refusalLimits(set.request, allocatable);
  // Two bounds on the nodes that can be full at the same time, each right: the smaller one counts.
  const together = sumOver(others, (request) => Math.max(...shares(request, limits)));
  const apart = [0, 1, 2].map((dimension) =>
    Math.floor(sumOver(others, (request) => shares(request, limits)[dimension] ?? 0) + ROUNDING),
  );
  return (
    Math.min(
      Math.floor(together + ROUNDING),
      apart.reduce((sum, blocked) => sum + blocked, 0),
    ) < count
  );
}

/** What others must take of a node at the least before it refuses the pod: one unit more than the pod leaves free. */
function refusalLimits(request: PodRequest, allocatable: Nodes["allocatable"]): readonly [number, number, number] {
  return [allocatable.milliCpu - request.milliCpu + 1, allocatable.memoryMiB - request.memoryMiB + 1, allocatable.pods];
}

/** How far one pod brings a node towards refusing, by CPU, memory and pod count. No pod counts for more than one node. */
function shares(request: PodRequest, [cpu, memory, pods]: readonly [number, number, number]): number[] {
  return [Math.min(request.milliCpu / cpu, 1), Math.min(request.memoryMiB / memory, 1), Math.min(1 / pods, 1)];
}

function sumOver(sets: readonly PodSet[], share: (request: PodRequest) => number): number {
  return sets.reduce((sum, { pods, request }) => sum + pods * share(request), 0);
}
