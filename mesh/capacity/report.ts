import type { Nodes } from "./fits.ts";
import { totalOf, type PodRequest, type PodSet } from "../kubernetes/pod-requests.ts";

/** What pods reserve or nodes have, for people: `4.9 CPU, 13.7 GiB`. */
export function describeResources({ milliCpu, memoryMiB }: PodRequest): string {
  return `${decimals(milliCpu / 1000)} CPU, ${decimals(memoryMiB / 1024)} GiB`;
}

/**
 * Says what was expected of nodes, what there is, and how much is missing.
 * @param unplaced the pods that are not sure of a node
 * @param nodes what there is, in words with its number, and over how many zones
 */
export function notEnoughRoom(
  sets: readonly PodSet[],
  supplies: Nodes | readonly Nodes[],
  unplaced: PodSet,
  nodes: { readonly what: string; readonly zones: number },
): string {
  const wanted = totalOf(sets);
  const kinds = "allocatable" in supplies ? [supplies] : supplies;
  const sum = (key: keyof Nodes["allocatable"]) =>
    kinds.reduce((total, { count, allocatable }) => total + count * allocatable[key], 0);
  const have = { milliCpu: sum("milliCpu"), memoryMiB: sum("memoryMiB"), pods: sum("pods") };
  const lost = nodes.zones > 1 ? ` and one of ${nodes.zones} zones lost` : "";
  const missing = [
    ...amount(wanted.milliCpu - have.milliCpu, (value) => `${decimals(value / 1000)} CPU`),
    ...amount(wanted.memoryMiB - have.memoryMiB, (value) => `${decimals(value / 1024)} GiB`),
    ...amount(wanted.pods - have.pods, (value) => `${value} pods`),
  ];
  const lack =
    missing.length > 0
      ? `${missing.join(" and ")} missing`
      : `every node can be too full for a pod of ${unplaced.name} (${describeResources(unplaced.request)})`;
  return `expected capacity for ${wanted.pods} pods (${describeResources(wanted)}) at the top of their autoscalers${lost}; got ${nodes.what} with ${describeResources(have)} in all: ${lack}`;
}

function amount(value: number, text: (value: number) => string): string[] {
  return value > 0 ? [text(value)] : [];
}

/** Two decimals, rounded up so that nothing missing reads as zero. */
function decimals(value: number): string {
  return String(Math.ceil(value * 100 - 1e-6) / 100);
}
