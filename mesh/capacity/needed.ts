import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import type { KubeconfigPlatform } from "../aws/schema/platform.ts";
import { INSTANCE_TYPES } from "../aws/instance-types.ts";
import { fitsAlone, largestUnplaced, type Nodes } from "./fits.ts";
import type { PodSet } from "../kubernetes/pod-requests.ts";
import { declaredSupply, karpenterSupplies, poolSupply } from "./supply.ts";

/** Nodes that one EKS node group can have. Source: EKS service quotas, default. */
const MAX_NODES_OF_POOL = 450;

/** Nodes that `platform.nodes.count` takes. */
const MAX_DECLARED_NODES = 100;

/** How many times larger Karpenter's limits may get in a remediation. */
const MAX_ENLARGEMENT = 50;

type Pool = Pick<NodePoolConfig, "instanceTypes" | "desired">;

/** The smallest `desired` with which the pods fit; undefined when no number of these nodes will do. */
export function neededNodesOfPool(
  sets: readonly PodSet[],
  pool: Pool,
  zones: number,
  daemons?: readonly PodSet[],
): number | undefined {
  return smallest(pool.desired, MAX_NODES_OF_POOL, (desired) => fitsPool(sets, { ...pool, desired }, zones, daemons));
}

/** The smallest number of nodes of a cluster that exists with which the pods fit. */
export function neededNodes(
  sets: readonly PodSet[],
  { nodes }: KubeconfigPlatform,
  daemons?: readonly PodSet[],
): number | undefined {
  return smallest(nodes.count, MAX_DECLARED_NODES, (count) => {
    const supply = declaredSupply({ nodes: { ...nodes, count } }, daemons);
    return largestUnplaced(sets, supply) === undefined;
  });
}

/** Karpenter's limits, enlarged alike, with which the pods fit whichever type it takes; undefined when no limits will do. */
export function neededLimits(
  sets: readonly PodSet[],
  managed: Nodes,
  karpenter: KarpenterConfig,
  zones: number,
  daemons?: readonly PodSet[],
): KarpenterConfig["limits"] | undefined {
  const enlarged = (percent: number) => ({
    cpu: Math.ceil((karpenter.limits.cpu * percent) / 100),
    memoryGiB: Math.ceil((karpenter.limits.memoryGiB * percent) / 100),
  });
  const percent = smallest(100, 100 * MAX_ENLARGEMENT, (candidate) =>
    karpenterSupplies({ ...karpenter, limits: enlarged(candidate) }, zones, daemons)
      .filter(({ allocatable }) => sets.every(({ request }) => fitsAlone(request, allocatable)))
      .every((supply) => largestUnplaced(sets, [managed, supply]) === undefined),
  );
  return percent === undefined ? undefined : enlarged(percent);
}

/**
 * Instance types with which the pods fit at the same number of nodes: the next larger sizes of the pool's own families, or else
 * the smallest type of the same architecture. Undefined when no type of the table is large enough.
 */
export function neededTypes(
  sets: readonly PodSet[],
  pool: Pool,
  zones: number,
  daemons?: readonly PodSet[],
): string[] | undefined {
  for (
    let instanceTypes = larger(pool.instanceTypes);
    instanceTypes !== undefined;
    instanceTypes = larger(instanceTypes)
  ) {
    if (fitsPool(sets, { ...pool, instanceTypes }, zones, daemons)) {
      return instanceTypes;
    }
  }
  return smallestType(sets, pool, zones, daemons);
}

function smallestType(
  sets: readonly PodSet[],
  pool: Pool,
  zones: number,
  daemons?: readonly PodSet[],
): string[] | undefined {
  const architecture = INSTANCE_TYPES[pool.instanceTypes[0] ?? ""]?.architecture;
  const [found] = Object.entries(INSTANCE_TYPES)
    .filter(([, type]) => type.architecture === architecture)
    .sort(([, one], [, other]) => one.memoryMiB - other.memoryMiB || one.vcpu - other.vcpu)
    .filter(([name]) => fitsPool(sets, { ...pool, instanceTypes: [name] }, zones, daemons));
  return found === undefined ? undefined : [found[0]];
}

/** Whether every pod is sure of a node of the pool with one zone lost. */
export function fitsPool(sets: readonly PodSet[], pool: Pool, zones: number, daemons?: readonly PodSet[]): boolean {
  const supply = poolSupply(pool, zones, daemons);
  return supply !== undefined && largestUnplaced(sets, supply) === undefined;
}

/** One size up for each type of a list; undefined when one of them is the largest of its family. */
function larger(instanceTypes: readonly string[]): string[] | undefined {
  const next = instanceTypes.map(nextSize).filter((type) => type !== undefined);
  return next.length === instanceTypes.length ? next : undefined;
}

function nextSize(instanceType: string): string | undefined {
  const family = instanceType.split(".")[0] ?? "";
  const size = INSTANCE_TYPES[instanceType];
  return Object.entries(INSTANCE_TYPES)
    .filter(([name, type]) => name.startsWith(`${family}.`) && size !== undefined && type.memoryMiB > size.memoryMiB)
    .sort(([, one], [, other]) => one.memoryMiB - other.memoryMiB)[0]?.[0];
}

/** Smallest number from `from` to `to` that passes; sound because more nodes never fit less. */
function smallest(from: number, to: number, passes: (count: number) => boolean): number | undefined {
  if (!passes(to)) {
    return undefined;
  }
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
