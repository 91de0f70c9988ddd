import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EksPlatform } from "../../mesh/aws/schema/platform.ts";
import { karpenterPolicy } from "../../mesh/aws/iam/karpenter.ts";
import { interruptionQueue, karpenterInstanceProfile } from "../../mesh/aws/karpenter/names.ts";
import { karpenterObjects } from "../../mesh/aws/karpenter/objects.ts";
import { RELEASES } from "../../mesh/kubernetes/names.ts";
import { partitionOf } from "../../mesh/aws/partition.ts";
import { karpenterReleases } from "../../mesh/aws/karpenter/releases.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { AwsController } from "../cluster/aws-controller.ts";
import { createHelmRelease } from "../kubernetes/helm-release.ts";
import { InterruptionQueue } from "./interruption-queue.ts";
import { createKarpenterObject } from "./karpenter-object.ts";
import { NodeIdentity } from "./node-identity.ts";

/** What Karpenter is made from. */
export interface KarpenterArgs {
  /** Configuration and catalog. Plain: shapes the graph. */
  readonly stack: StackData;
  /** Region and zones. Plain. */
  readonly platform: EksPlatform;
  /** Name of the EKS cluster. Plain: in tags, and the limit of the controller's rights. */
  readonly clusterName: string;
  /** KMS key of the nodes' volumes. */
  readonly keyArn: pulumi.Input<string>;
}

/**
 * Karpenter with the pool of nodes that it keeps for the application. The pool comes last and goes first, while the controller
 * still runs to end every machine that it has started: without it they would stay on the bill, and hold the VPC.
 */
export class Karpenter extends pulumi.ComponentResource {
  /** ARNs of the IAM roles of the controller and of its nodes, by name. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: KarpenterArgs, options: ComponentOptions) {
    super("ecommerce-mesh:karpenter:Karpenter", name, {}, options);
    const { clusterName, platform, stack } = args;
    const queue = new InterruptionQueue(
      `${name}-interruptions`,
      { queueName: interruptionQueue(clusterName) },
      childOptions(this, options),
    );
    const nodes = new NodeIdentity(
      `${name}-node`,
      {
        clusterName,
        partition: partitionOf(platform.region),
        instanceProfile: karpenterInstanceProfile(platform.region, clusterName),
      },
      childOptions(this, options),
    );
    const controller = this.controller(name, args, queue, nodes, options);
    let before: pulumi.Resource = controller;
    for (const object of karpenterObjects(stack.config, clusterName)) {
      before = createKarpenterObject(name, object, args.keyArn, childOptions(this, options, [before]));
    }
    this.roleArns = { [RELEASES.karpenter]: controller.roleArn, [`${RELEASES.karpenter}-nodes`]: nodes.roleArn };
    this.registerOutputs({ roleArns: this.roleArns });
  }

  private controller(
    name: string,
    { stack, platform, clusterName }: KarpenterArgs,
    queue: InterruptionQueue,
    nodes: NodeIdentity,
    options: ComponentOptions,
  ): AwsController {
    const [crds, release] = karpenterReleases(stack, clusterName);
    if (crds === undefined || release === undefined) {
      throw new Error("the model gives no releases of Karpenter, although it is on");
    }
    // The controller does not start without its kinds.
    const definitions = createHelmRelease(crds, childOptions(this, options));
    const account = aws.getCallerIdentityOutput({}, { parent: this }).accountId;
    const policy = pulumi.all([account, nodes.roleArn, queue.arn]).apply(([accountId, nodeRoleArn, queueArn]) =>
      karpenterPolicy({
        account: accountId,
        region: platform.region,
        clusterName,
        nodeRoleArn,
        queueArn,
        zonalShift: stack.config.cluster.zonalShift,
      }),
    );
    return new AwsController(
      `${name}-controller`,
      { clusterName, release, policy },
      // It starts nodes as soon as there is a pool: by then they must be able to join, and their end to be heard of.
      childOptions(this, options, [definitions, queue, nodes]),
    );
  }
}
