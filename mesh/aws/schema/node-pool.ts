import { z } from "zod";
import { diskSizeGiB, matching, nonEmpty, oneOf, whole, withDefault } from "../../schema/common.ts";

/** Fields of a node pool, with the defaults that differ from pool to pool. */
export function nodePool(defaults: { readonly instanceType: string; readonly size: number; readonly max: number }) {
  return z
    .strictObject({
      instanceTypes: withDefault(
        nonEmpty(matching(/^[a-z0-9-]+\.[a-z0-9]+$/, "expected an EC2 instance type such as m6i.xlarge")),
        [defaults.instanceType],
      ).describe(
        "EC2 instance types of one architecture, alike in size; the smallest counts for the capacity check. Several help Spot.",
      ),
      min: whole(1).default(defaults.size).describe("Nodes at the least."),
      desired: withDefault(whole(1), defaults.size).describe(
        "Nodes that run: this number is what scales the pool. Where `cluster.karpenter` is on, it adds nodes of its own to the workload pool's.",
      ),
      max: whole(1).default(defaults.max).describe("Nodes at the most."),
      capacityType: oneOf(["ON_DEMAND", "SPOT"], "ON_DEMAND").describe(
        "`SPOT` is cheaper and can be taken away with two minutes' notice.",
      ),
      image: oneOf(["AL2023", "BOTTLEROCKET"], "AL2023").describe(
        "Operating system of the nodes, for the architecture of the instance type.",
      ),
      diskSizeGiB,
    })
    .refine((pool) => pool.min <= pool.desired && pool.desired <= pool.max, {
      error: "expected min <= desired <= max",
      path: ["desired"],
    });
}

export type NodePoolConfig = z.infer<ReturnType<typeof nodePool>>;

/** Names of the pools, in the order in which they are made. */
export const POOLS = ["system", "workload"] as const;

export type PoolName = (typeof POOLS)[number];
