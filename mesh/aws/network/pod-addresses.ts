import type { StackConfig } from "../../stack/config.ts";
import type { KarpenterConfig } from "../schema/karpenter.ts";
import { ADDRESSES_PER_PREFIX, HOST_NETWORK_PODS, maxPods } from "../allocatable.ts";
import { INSTANCE_TYPES, type InstanceType } from "../instance-types.ts";
import { nodesWithinLimits, permittedTypes } from "../karpenter/instances.ts";
import { nodePools } from "../../stack/node-pools.ts";

/** Prefixes that the CNI keeps ready on every node beside those in use (its default, WARM_PREFIX_TARGET). */
const WARM_PREFIXES = 1;

/** Addresses that AWS keeps of every subnet. Source: VPC user guide, subnet sizing. */
const RESERVED_ADDRESSES = 5;

/**
 * Addresses of one private subnet that are taken when every pool, and Karpenter, is at its maximum, every node full of pods, and one
 * zone lost: its nodes come up again in the others. Pools whose instance type is unknown count for nothing.
 */
export function addressesNeeded(config: StackConfig, zones: number): number {
  const remaining = Math.max(1, zones - 1);
  const nodes = nodePools(config).map(({ pool }) => Math.ceil(pool.max / remaining) * largestNode(pool.instanceTypes));
  const karpenter = config.cluster.karpenter.enabled ? addressesOfKarpenter(config.cluster.karpenter, remaining) : 0;
  const endpoints = config.network.endpoints.interface.length;
  return nodes.reduce((sum, addresses) => sum + addresses, karpenter + endpoints + RESERVED_ADDRESSES);
}

/** The type of which Karpenter may start so many that they take the most addresses. */
function addressesOfKarpenter(karpenter: KarpenterConfig, remainingZones: number): number {
  const needs = permittedTypes(karpenter).map(
    ([, type]) => Math.ceil(nodesWithinLimits(karpenter, type) / remainingZones) * addressesOf(type),
  );
  return Math.max(0, ...needs);
}

function largestNode(instanceTypes: readonly string[]): number {
  return Math.max(...instanceTypes.map((name) => addressesOf(INSTANCE_TYPES[name])));
}

/** Prefixes for the pods, those kept ready, and an address of its own for each interface that holds them. */
function addressesOf(type: InstanceType | undefined): number {
  if (type === undefined) {
    return 0;
  }
  const pods = maxPods(type, true) - HOST_NETWORK_PODS;
  const prefixes = Math.ceil(pods / ADDRESSES_PER_PREFIX) + WARM_PREFIXES;
  return prefixes * ADDRESSES_PER_PREFIX + Math.ceil(prefixes / (type.addresses - 1));
}
