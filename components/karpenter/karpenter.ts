import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EksPlatform } from "../../mesh/aws/schema/platform.ts";
import { karpenterPolicy } from "../../mesh/aws/iam/karpenter.ts";
import { interruptionQueue } from "../../mesh/aws/karpenter/interruptions.ts";
import { RELEASES } from "../../mesh/kubernetes/names.ts";
import { partitionOf } from "../../mesh/aws/partition.ts";
import { karpenterInstanceProfile, karpenterObjects } from "../../mesh/aws/karpenter/objects.ts";
import { chainName, type ComponentPlan, type Group } from "../../mesh/groups.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";
import { AwsController } from "../cluster/aws-controller.ts";
import { registerGroups } from "../ordered-objects.ts";
import { InterruptionQueue } from "./interruption-queue.ts";
import { createKarpenterObject } from "./karpenter-object.ts";
import { NodeIdentity } from "./node-identity.ts";

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

  constructor(plan: ComponentPlan, args: KarpenterArgs, options: ComponentOptions) {
    super(plan.type, plan.name, {}, options);
    const { clusterName, platform, keyArn } = args;
    const { name } = plan;
    const child = childOptions(this, options);
    const queue = new InterruptionQueue(`${name}-interruptions`, { queueName: interruptionQueue(clusterName) }, child);
    const partition = partitionOf(platform.region);
    const instanceProfile = karpenterInstanceProfile(platform.region, clusterName);
    const nodes = new NodeIdentity(`${name}-node`, { clusterName, partition, instanceProfile }, child);
    const policy = this.#policy(args, queue, nodes);
    let controllerRole: pulumi.Output<string> | undefined;
    registerGroups(this, plan, options, {
      given: new Map([
        ["interruptions", [queue]],
        ["node-identity", [nodes]],
      ]),
      makers: {
        ...Object.fromEntries(
          karpenterObjects(args.stack.config, clusterName).map((object) => [
            chainName(object),
            (_: Group, after: ComponentOptions) => [createKarpenterObject(name, object, keyArn, after)],
          ]),
        ),
        controller: ({ releases }, after) =>
          releases.map((release) => {
            const controller = new AwsController(`${name}-controller`, { clusterName, release, policy }, after);
            controllerRole = controller.roleArn;
            return controller;
          }),
      },
    });
    this.roleArns = {
      ...(controllerRole === undefined ? {} : { [RELEASES.karpenter]: controllerRole }),
      [`${RELEASES.karpenter}-nodes`]: nodes.roleArn,
    };
    this.registerOutputs({ roleArns: this.roleArns });
  }

  #policy({ stack, platform, clusterName }: KarpenterArgs, queue: InterruptionQueue, nodes: NodeIdentity) {
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    return pulumi.all([accountId, nodes.roleArn, queue.arn]).apply(([account, nodeRoleArn, queueArn]) =>
      karpenterPolicy({
        account,
        region: platform.region,
        clusterName,
        nodeRoleArn,
        queueArn,
        zonalShift: stack.config.cluster.zonalShift,
      }),
    );
  }
}
