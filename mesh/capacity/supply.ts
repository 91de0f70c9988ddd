import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import type { KubeconfigPlatform } from "../aws/schema/platform.ts";
import { allocatableOf, type NodeResources } from "../aws/allocatable.ts";
import { nodesWithinLimits, permittedTypes } from "../aws/karpenter/instances.ts";
import { EKS_DAEMONS } from "./cluster-pods.ts";
import type { Nodes } from "./fits.ts";
import { nodeAllocatable, totalOf, type PodSet } from "../kubernetes/pod-requests.ts";

/** Pods a node of a cluster that exists: the kubelet's own default. */
export const DEFAULT_MAX_PODS = 110;

/** Nodes that are left of `count`, spread evenly over zones, when the zone with the most of them is lost. */
export function withoutOneZone(count: number, zones: number): number {
  return count - Math.ceil(count / zones);
}

/**
 * The nodes of an EKS pool that run when one zone is lost. What Karpenter adds is not among them, so `desired` counts.
 * @param daemons pods that run on every node. Default: those of every EKS cluster
 * @returns undefined when one of its instance types is unknown.
 */
export function poolSupply(
  pool: Pick<NodePoolConfig, "instanceTypes" | "desired">,
  zones: number,
  daemons: readonly PodSet[] = EKS_DAEMONS,
): Nodes | undefined {
  const allocatable = poolAllocatable(pool.instanceTypes, daemons);
  return allocatable === undefined ? undefined : { count: withoutOneZone(pool.desired, zones), allocatable };
}

/**
 * What Karpenter may add with one zone lost, if all of its nodes are of one type: for each type that it may start. The machines of the
 * lost zone count against its limits until it has given them up.
 * @param daemons pods that run on every node. Default: those of every EKS cluster
 */
export function karpenterSupplies(
  karpenter: KarpenterConfig,
  zones: number,
  daemons: readonly PodSet[] = EKS_DAEMONS,
): (Nodes & { readonly type: string })[] {
  return permittedTypes(karpenter).flatMap(([type, size]) => {
    const allocatable = poolAllocatable([type], daemons);
    const count = withoutOneZone(nodesWithinLimits(karpenter, size), zones);
    return allocatable === undefined ? [] : [{ type, count, allocatable }];
  });
}

/** The nodes that are left of a cluster that exists: it can lose a zone only when it has several. */
export function declaredSupply({ nodes }: Pick<KubeconfigPlatform, "nodes">, daemons: readonly PodSet[] = []): Nodes {
  const count = nodes.zones > 1 ? withoutOneZone(nodes.count, nodes.zones) : nodes.count;
  return {
    count,
    allocatable: without({ ...nodeAllocatable(nodes.cpu, nodes.memory), pods: DEFAULT_MAX_PODS }, daemons),
  };
}

/**
 * What pods may reserve on a node of a pool, beside the pods that run on every node. Of several instance types the least
 * counts: which one comes is not for us to say.
 * @returns undefined when one of them is unknown.
 */
export function poolAllocatable(
  instanceTypes: readonly string[],
  daemons: readonly PodSet[] = EKS_DAEMONS,
): Nodes["allocatable"] | undefined {
  const ofTypes = instanceTypes.map((type) => allocatableOf(type, { prefixDelegation: true })?.allocatable);
  const known = ofTypes.filter((allocatable) => allocatable !== undefined);
  if (known.length < ofTypes.length || known.length === 0) {
    return undefined;
  }
  const least = (key: keyof NodeResources) => Math.min(...known.map((allocatable) => allocatable[key]));
  return without({ milliCpu: least("milliCpu"), memoryMiB: least("memoryMiB"), pods: least("pods") }, daemons);
}

function without(allocatable: Nodes["allocatable"], daemons: readonly PodSet[]): Nodes["allocatable"] {
  const taken = totalOf(daemons);
  return {
    milliCpu: allocatable.milliCpu - taken.milliCpu,
    memoryMiB: allocatable.memoryMiB - taken.memoryMiB,
    pods: allocatable.pods - taken.pods,
  };
}
