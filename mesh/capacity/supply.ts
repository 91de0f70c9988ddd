import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import type { KubeconfigPlatform } from "../aws/schema/platform.ts";
import { allocatableOf, type NodeResources } from "../aws/allocatable.ts";
import { nodesWithinLimits, permittedTypes } from "../aws/karpenter/instances.ts";
import { EKS_DAEMONS } from "./cluster-pods.ts";
import type { Nodes } from "./fits.ts";
import { nodeRoom, totalOf, type PodSet } from "../kubernetes/pod-requests.ts";

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
  const room = poolRoom(pool.instanceTypes, daemons);
  return room === undefined ? undefined : { count: withoutOneZone(pool.desired, zones), room };
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
    const room = poolRoom([type], daemons);
    const count = withoutOneZone(nodesWithinLimits(karpenter, size), zones);
    return room === undefined ? [] : [{ type, count, room }];
  });
}

/** The nodes that are left of a cluster that exists: it can lose a zone only when it has several. */
export function declaredSupply({ nodes }: Pick<KubeconfigPlatform, "nodes">, daemons: readonly PodSet[] = []): Nodes {
  const count = nodes.zones > 1 ? withoutOneZone(nodes.count, nodes.zones) : nodes.count;
  return { count, room: without({ ...nodeRoom(nodes.cpu, nodes.memory), pods: DEFAULT_MAX_PODS }, daemons) };
}

/**
 * What pods may reserve on a node of a pool, beside the pods that run on every node. Of several instance types the least
 * counts: which one comes is not for us to say.
 * @returns undefined when one of them is unknown.
 */
export function poolRoom(
  instanceTypes: readonly string[],
  daemons: readonly PodSet[] = EKS_DAEMONS,
): Nodes["room"] | undefined {
  const rooms = instanceTypes.map((type) => allocatableOf(type, { prefixDelegation: true })?.allocatable);
  const known = rooms.filter((room) => room !== undefined);
  if (known.length < rooms.length || known.length === 0) {
    return undefined;
  }
  const least = (key: keyof NodeResources) => Math.min(...known.map((room) => room[key]));
  return without({ milliCpu: least("milliCpu"), memoryMiB: least("memoryMiB"), pods: least("pods") }, daemons);
}

function without(room: Nodes["room"], daemons: readonly PodSet[]): Nodes["room"] {
  const taken = totalOf(daemons);
  return {
    milliCpu: room.milliCpu - taken.milliCpu,
    memoryMiB: room.memoryMiB - taken.memoryMiB,
    pods: room.pods - taken.pods,
  };
}
