import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../mesh/aws/iam/policy.ts";
import type { HelmRelease } from "../../mesh/kubernetes/objects.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { PodIdentity } from "./pod-identity.ts";
import { createHelmRelease, type OutputValues } from "../kubernetes/helm-release.ts";

export interface AwsControllerArgs {
  /** Name of the EKS cluster. Plain. */
  readonly clusterName: string;
  /** Its release; the service account of its pods is called like it. Plain. */
  readonly release: HelmRelease;
  /** Everything that its pods may do in AWS. An Output where an ARN in it is known only once it is made. */
  readonly policy: pulumi.Input<PolicyDocument>;
  /** Chart values that only another resource knows. Default: none. */
  readonly outputValues?: OutputValues;
}

/**
 * A controller in the cluster with rights of its own in AWS. What it serves depends on it: only a controller that runs, and
 * still has its rights, takes away again what it has made.
 */
export class AwsController extends pulumi.ComponentResource {
  /** The release: up before what it serves, gone after it. */
  readonly release: k8s.helm.v3.Release;
  /** ARN of the IAM role that its pods take. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: AwsControllerArgs, options: ComponentOptions) {
    super("ecommerce-mesh:cluster:AwsController", name, {}, options);
    const { clusterName, release, policy, outputValues } = args;
    const identity = new PodIdentity(
      name,
      {
        clusterName,
        namespace: release.namespace,
        serviceAccount: release.name,
        policyDocument: pulumi.output(policy).apply((document) => JSON.stringify(document)),
      },
      childOptions(this, options),
    );
    this.release = createHelmRelease(release, childOptions(this, options, [identity]), outputValues);
    this.roleArn = identity.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
