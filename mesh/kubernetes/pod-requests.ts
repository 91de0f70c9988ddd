import { parseQuantity } from "./quantity.ts";

/** What a container reserves, as quantities, e.g. `100m` and `128Mi`. */
export interface Requests {
  readonly cpu: string;
  readonly memory: string;
}

/** What one pod reserves on its node, in whole units. */
export interface PodRequest {
  readonly milliCpu: number;
  readonly memoryMiB: number;
}

/** Pods that are all alike. */
export interface PodSet {
  /** Who they are, e.g. `istiod` or `product-v1`. */
  readonly name: string;
  readonly pods: number;
  readonly request: PodRequest;
}

/** Binary fractions: 0.11 cores are not to become 111 thousandths. */
const ROUNDING = 1e-6;

/** The sum of what a pod's containers reserve, rounded up. */
export function podRequest(...containers: readonly Requests[]): PodRequest {
  const sum = (read: (requests: Requests) => number) =>
    Math.ceil(containers.reduce((total, requests) => total + read(requests), 0) - ROUNDING);
  return {
    milliCpu: sum(({ cpu }) => parseQuantity(cpu) * 1000),
    memoryMiB: sum(({ memory }) => parseQuantity(memory) / 2 ** 20),
  };
}

/** What a node can give to pods given as quantities, rounded down. */
export function nodeAllocatable(cpu: string, memory: string): PodRequest {
  return {
    milliCpu: Math.floor(parseQuantity(cpu) * 1000 + ROUNDING),
    memoryMiB: Math.floor(parseQuantity(memory) / 2 ** 20 + ROUNDING),
  };
}

/** What sets of pods reserve together. */
export function totalOf(sets: readonly PodSet[]): PodRequest & { readonly pods: number } {
  const sum = (read: (set: PodSet) => number) => sets.reduce((total, set) => total + read(set), 0);
  return {
    milliCpu: sum(({ pods, request }) => pods * request.milliCpu),
    memoryMiB: sum(({ pods, request }) => pods * request.memoryMiB),
    pods: sum(({ pods }) => pods),
  };
}
