/** A part of AWS with accounts, regions and ARNs of its own, as ARNs name it. */
export type Partition = "aws" | "aws-us-gov";

/** Partitions whose services have other names, by the beginning of their regions. Source: AWS fault isolation boundaries. */
const ELSEWHERE: readonly (readonly [string, string])[] = [
  ["cn-", "AWS China"],
  ["us-iso", "an isolated partition"],
  ["eu-iso", "an isolated partition"],
];

/** The partition of a region that the program serves; see {@link foreignPartition} for the others. */
export function partitionOf(region: string): Partition {
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** Name of a region's partition where the program does not serve it; undefined where it does. */
export function foreignPartition(region: string): string | undefined {
  return ELSEWHERE.find(([beginning]) => region.startsWith(beginning))?.[1];
}

/**
 * ARN of a policy that AWS keeps.
 * @param policy name with its path, e.g. `service-role/AmazonEBSCSIDriverPolicy`
 */
export function managedPolicyArn(partition: Partition, policy: string): string {
  return `arn:${partition}:iam::aws:policy/${policy}`;
}
