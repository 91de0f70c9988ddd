import type { KarpenterConfig } from "../schema/karpenter.ts";
import { INSTANCE_TYPES, type InstanceType } from "../instance-types.ts";
import type { NodePoolObject } from "../../kubernetes/karpenter.ts";

/** A requirement of a NodePool on its nodes. */
type Requirement = NodePoolObject["spec"]["template"]["spec"]["requirements"][number];

const AWS = "karpenter.k8s.aws";

/**
 * What a node must be, for Karpenter. Keys and operators: Karpenter 1.14.3, NodePool (karpenter.sh/v1).
 * @param zones availability zones of the stack: subnets of others may carry the same tag
 */
export function nodeRequirements(karpenter: KarpenterConfig, zones: readonly string[]): Requirement[] {
  const { instanceCategories, instanceFamilies, minGeneration, architectures, capacityTypes, vcpus } = karpenter;
  return [
    isIn("kubernetes.io/os", ["linux"]),
    isIn("kubernetes.io/arch", architectures),
    isIn("topology.kubernetes.io/zone", zones),
    isIn("karpenter.sh/capacity-type", capacityTypes),
    isIn(`${AWS}/instance-category`, instanceCategories),
    ...(instanceFamilies.length > 0 ? [isIn(`${AWS}/instance-family`, instanceFamilies)] : []),
    { key: `${AWS}/instance-generation`, operator: "Gte", values: [String(minGeneration)] },
    { key: `${AWS}/instance-cpu`, operator: "Gte", values: [String(vcpus.min)] },
    { key: `${AWS}/instance-cpu`, operator: "Lte", values: [String(vcpus.max)] },
  ];
}

function isIn(key: string, values: readonly string[]): Requirement {
  return { key, operator: "In", values };
}

/** The instance types of our table that Karpenter may start, by name. Others may exist: their sizes are not known here. */
export function permittedTypes(karpenter: KarpenterConfig): [name: string, type: InstanceType][] {
  const { instanceCategories, instanceFamilies, minGeneration, architectures, vcpus } = karpenter;
  return Object.entries(INSTANCE_TYPES).filter(([name, { vcpu, architecture }]) => {
    const [, family = "", category = "", generation = ""] = /^(([a-z]+?)(\d+)[^.]*)\./.exec(name) ?? [];
    return (
      (instanceCategories as readonly string[]).includes(category) &&
      (instanceFamilies.length === 0 || instanceFamilies.includes(family)) &&
      Number(generation) >= minGeneration &&
      architectures.includes(architecture) &&
      vcpus.min <= vcpu &&
      vcpu <= vcpus.max
    );
  });
}

/** How many nodes of one type the limits allow. Karpenter counts what a machine has, not what pods get of it. */
export function nodesWithinLimits({ limits }: KarpenterConfig, type: InstanceType): number {
  return Math.floor(Math.min(limits.cpu / type.vcpu, (limits.memoryGiB * 1024) / type.memoryMiB));
}
