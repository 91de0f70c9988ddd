import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

export interface PodIdentityArgs {
  /** Name of the EKS cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** Namespace of the service account. Plain: part of what a reviewer reads. */
  readonly namespace: string;
  /** Service account whose pods may take the role. Plain. */
  readonly serviceAccount: string;
  /** ARNs of managed policies. Plain: one attachment each. Default: none. */
  readonly policyArns?: readonly string[];
  /** An own policy, as the JSON text of a policy document. Default: none. */
  readonly policyDocument?: pulumi.Input<string>;
}

/** Session tags are set by EKS, so the role's trust must let it tag. Source: EKS user guide, Pod Identity role trust policy. */
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" }, Action: ["sts:AssumeRole", "sts:TagSession"] },
  ],
});

/**
 * An IAM role for the pods of one service account, by EKS Pod Identity: no key, no OIDC provider, and no rights of the
 * node. What runs under the service account depends on this component, since credentials are handed out at a pod's start.
 */
export class PodIdentity extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, options: ComponentOptions) {
    super("ecommerce-mesh:cluster:PodIdentity", name, {}, options);
    const { clusterName, namespace, serviceAccount, policyArns = [], policyDocument } = args;
    const child = childOptions(this, options);
    const parent = { parent: this };
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: TRUST }, child);
    const before: pulumi.Resource[] = policyArns.map((policyArn) => {
      const policy = policyArn.split("/").at(-1) ?? policyArn;
      return new aws.iam.RolePolicyAttachment(`${name}-${policy}`, { role: role.name, policyArn }, parent);
    });
    if (policyDocument !== undefined) {
      before.push(new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy: policyDocument }, parent));
    }
    new aws.eks.PodIdentityAssociation(
      `${name}-association`,
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      // A pod that starts between association and policy would fail with what it may do later.
      { ...child, dependsOn: [...child.dependsOn, ...before] },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
