import { partitionOf } from "../partition.ts";
import template from "./karpenter.json" with { type: "json" };
import { filledIn, type PolicyDocument, policyDocument } from "./policy.ts";

/** Whose policy it is. */
export interface KarpenterPolicyArgs {
  readonly region: string;
  readonly account: string;
  /** Name of the EKS cluster: the tag on all that Karpenter makes, and the limit of its rights. */
  readonly clusterName: string;
  /** ARN of the role of the nodes that it starts, the only one that it may pass. */
  readonly nodeRoleArn: string;
  /** ARN of the queue that it reads. */
  readonly queueArn: string;
  /** Whether it asks for zonal shifts of the cluster. */
  readonly zonalShift: boolean;
}

/**
 * What Karpenter's controller may do: start and end machines that carry the cluster's tags, hand them one role, read what there is.
 * Source: CloudFormation template of Karpenter 1.14.1; the AWS calls of 1.14.3 are the same. Left out is what it needs to make instance
 * profiles: the stack makes the one that it uses. IAM knows no narrower resource for the list of them.
 */
export function karpenterPolicy({ zonalShift, ...values }: KarpenterPolicyArgs): PolicyDocument {
  const { Statement } = filledIn(template, { ...values, partition: partitionOf(values.region) });
  return policyDocument(Statement.filter(({ Sid }) => zonalShift || Sid !== "ReadZonalShifts"));
}
