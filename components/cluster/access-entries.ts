import type * as eks from "@pulumi/eks";
import type { ClusterConfig } from "../../mesh/aws/schema/cluster.ts";
import type { Partition } from "../../mesh/aws/partition.ts";

/** EKS access policy of each group of `cluster.access`, and the resource names of its entries. */
const GROUPS = {
  admins: { key: "admin", policy: "AmazonEKSClusterAdminPolicy" },
  deployers: { key: "deployer", policy: "AmazonEKSEditPolicy" },
  // Reads everything but Secrets.
  viewers: { key: "viewer", policy: "AmazonEKSViewPolicy" },
} as const satisfies Record<keyof ClusterConfig["access"], { key: string; policy: string }>;

/** Access entries of a cluster. The key of an entry is its group and place: an ARN is no Pulumi name. */
export function accessEntries(
  access: ClusterConfig["access"],
  partition: Partition,
): NonNullable<eks.ClusterArgs["accessEntries"]> {
  const entries = (["admins", "deployers", "viewers"] as const).flatMap((group) =>
    access[group].map((principalArn, index) => {
      const { key, policy } = GROUPS[group];
      const policyArn = `arn:${partition}:eks::aws:cluster-access-policy/${policy}`;
      const accessPolicies = { [key]: { policyArn, accessScope: { type: "cluster" } } };
      return [`${key}-${index}`, { principalArn, accessPolicies }] as const;
    }),
  );
  return Object.fromEntries(entries);
}
