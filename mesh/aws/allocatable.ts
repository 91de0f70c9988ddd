import { INSTANCE_TYPES, type InstanceType } from "./instance-types.ts";

/** Resources of a node in plain numbers. */
export interface NodeResources {
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly pods: number;
}

export interface NodeCapacity {
  /** What the kubelet sees of the machine. */
  readonly capacity: NodeResources;
  /** What pods can request: the scheduler's number. */
  readonly allocatable: NodeResources;
}

/**
 * Part of the nominal memory that firmware, hypervisor and kernel keep, so that the kubelet never sees it. It differs by type
 * (4 to 7 %); this is the cautious default of Karpenter (VM_MEMORY_OVERHEAD_PERCENT).
 */
const VM_MEMORY_OVERHEAD = 0.075;

/** Pods a node with prefix delegation: what AWS recommends for machines below and from 30 vCPU. */
const PREFIX_POD_LIMITS = { small: 110, large: 250, largeFromVcpu: 30 } as const;

/** Addresses in a /28 prefix, which is what the VPC CNI hands to a node at a time. */
export const ADDRESSES_PER_PREFIX = 16;

/** Pods of every node that use the host's address: aws-node and kube-proxy. */
export const HOST_NETWORK_PODS = 2;

/** Hard eviction threshold of the EKS AMI, MiB. */
const EVICTION_MIB = 100;

/** Shares of a core that the EKS AMI reserves for the kubelet: first, second, third and fourth, all further cores. */
const CPU_SHARES = [60, 10, 5, 5] as const;
const CPU_SHARE_FURTHER = 2.5;

/**
 * Capacity and allocatable resources of a node of the EKS AMI (AL2023, default settings).
 * The kubelet's share follows the AMI's own formula: memory 255 MiB + 11 MiB a pod + 100 MiB eviction threshold; CPU 6 % of the
 * first core, 1 % of the second, 0.5 % of the third and fourth, 0.25 % of the others.
 * @param options.prefixDelegation the VPC CNI hands out /28 prefixes instead of single addresses: more pods a node. Default: false
 * @returns undefined when the instance type is not in {@link INSTANCE_TYPES}.
 */
export function allocatableOf(
  instanceType: string,
  { prefixDelegation = false }: { readonly prefixDelegation?: boolean } = {},
): NodeCapacity | undefined {
  const type = INSTANCE_TYPES[instanceType];
  if (type === undefined) {
    return undefined;
  }
  const pods = maxPods(type, prefixDelegation);
  const memoryMiB = Math.floor(type.memoryMiB * (1 - VM_MEMORY_OVERHEAD));
  // nodeadm reserves for the pods that plain addresses would allow, also where prefixes allow more.
  const reservedMiB = 255 + 11 * maxPods(type, false) + EVICTION_MIB;
  return {
    capacity: { milliCpu: type.vcpu * 1000, memoryMiB, pods },
    allocatable: {
      milliCpu: Math.floor(type.vcpu * 1000 - reservedMilliCpu(type.vcpu)),
      memoryMiB: memoryMiB - reservedMiB,
      pods,
    },
  };
}

/** Pods of a node: one address an interface is its own, and some pods of every node use the host's. */
export function maxPods(type: InstanceType, prefixDelegation: boolean): number {
  const slots = type.interfaces * (type.addresses - 1);
  if (!prefixDelegation) {
    return slots + HOST_NETWORK_PODS;
  }
  const { small, large, largeFromVcpu } = PREFIX_POD_LIMITS;
  return Math.min(slots * ADDRESSES_PER_PREFIX + HOST_NETWORK_PODS, type.vcpu < largeFromVcpu ? small : large);
}

function reservedMilliCpu(vcpu: number): number {
  const cores = Array.from({ length: vcpu }, (_, core) => CPU_SHARES[core] ?? CPU_SHARE_FURTHER);
  return cores.reduce((sum, share) => sum + share, 0);
}
