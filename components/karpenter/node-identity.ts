import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Partition } from "../../mesh/aws/partition.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { NodeRole } from "../cluster/node-role.ts";

export interface NodeIdentityArgs {
  /** Name of the EKS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Partition of AWS: part of the ARNs of the role's policies. Plain. */
  readonly partition: Partition;
  /** Name of the instance profile. Plain: Karpenter's EC2NodeClass names it. */
  readonly instanceProfile: string;
}

/**
 * Who Karpenter's nodes are: a role of their own, its instance profile, and the access entry with which they join. EKS makes such
 * an entry for its managed node groups only.
 */
export class NodeIdentity extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: NodeIdentityArgs, options: ComponentOptions) {
    super("ecommerce-mesh:karpenter:NodeIdentity", name, {}, options);
    const role = new NodeRole(name, { partition: args.partition }, { parent: this });
    new aws.iam.InstanceProfile(name, { name: args.instanceProfile, role: role.roleName }, { parent: this });
    new aws.eks.AccessEntry(
      name,
      { clusterName: args.clusterName, principalArn: role.arn, type: "EC2_LINUX" },
      childOptions(this, options),
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
