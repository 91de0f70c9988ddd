import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { managedPolicyArn, type Partition } from "../../mesh/aws/partition.ts";

/**
 * Policies that a node needs: join the cluster, pull images. Addresses for pods are not among them: the network add-on has
 * a role of its own. Source: EKS user guide, node IAM role.
 */
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"] as const;

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export interface NodeRoleArgs {
  /** Partition of AWS: part of the ARNs of its policies. Plain. */
  readonly partition: Partition;
}

/** The IAM role of the nodes. Its policies must be there before the nodes join, and until they have left. */
export class NodeRole extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly arn: pulumi.Output<string>;
  /** Name of the role. */
  readonly roleName: pulumi.Output<string>;
  /** The role's policies. */
  readonly policies: pulumi.Resource[];

  constructor(name: string, { partition }: NodeRoleArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:cluster:NodeRole", name, {}, options);
    const role = new aws.iam.Role(name, { assumeRolePolicy: TRUST }, { parent: this });
    this.policies = NODE_POLICIES.map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-${policy}`,
          { role: role.name, policyArn: managedPolicyArn(partition, policy) },
          { parent: this },
        ),
    );
    this.arn = role.arn;
    this.roleName = role.name;
    this.registerOutputs({ arn: this.arn, roleName: this.roleName });
  }
}
