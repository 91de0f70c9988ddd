import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { eventPattern, interruptionQueuePolicy, INTERRUPTIONS } from "../../mesh/aws/karpenter/interruptions.ts";
import { childOptions, type ComponentOptions } from "../kubernetes/child-options.ts";

export interface InterruptionQueueArgs {
  /** Name of the queue. Plain: Karpenter's chart names it. */
  readonly queueName: string;
}

/** Seconds that a message waits. Karpenter reads at once; what it did not read in time is past. Source: Karpenter's template. */
const RETENTION_SECONDS = 300;

/**
 * The queue that tells Karpenter of machines that are about to go, and the rules that fill it: with two minutes' notice it
 * drains a node that would be lost otherwise.
 */
export class InterruptionQueue extends pulumi.ComponentResource {
  /** ARN of the queue. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: InterruptionQueueArgs, options: ComponentOptions) {
    super("ecommerce-mesh:karpenter:InterruptionQueue", name, {}, options);
    const child = childOptions(this, options);
    const queue = new aws.sqs.Queue(
      name,
      { name: args.queueName, messageRetentionSeconds: RETENTION_SECONDS, sqsManagedSseEnabled: true },
      child,
    );
    const rules = Object.entries(INTERRUPTIONS).map(([key, event]) => ({
      key,
      rule: new aws.cloudwatch.EventRule(
        `${name}-${key}`,
        { description: `${event.detailType}, for Karpenter`, eventPattern: eventPattern(event) },
        child,
      ),
    }));
    const ruleArns = pulumi.all(rules.map(({ rule }) => rule.arn));
    const policy = new aws.sqs.QueuePolicy(
      `${name}-policy`,
      {
        queueUrl: queue.url,
        policy: pulumi.all([queue.arn, ruleArns]).apply(([arn, sources]) => interruptionQueuePolicy(arn, sources)),
      },
      // Not below the queue: what depends on this component waits for its own children, not for theirs.
      { parent: this },
    );
    for (const { key, rule } of rules) {
      // An event that comes before the policy is refused, and lost.
      const after = { parent: this, dependsOn: [policy] };
      new aws.cloudwatch.EventTarget(`${name}-${key}`, { rule: rule.name, arn: queue.arn }, after);
    }
    this.arn = queue.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
