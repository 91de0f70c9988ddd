/** Name of the queue that tells Karpenter which of its machines are about to go. */
export function interruptionQueue(clusterName: string): string {
  return `${clusterName}-karpenter`;
}

/** Events that announce the end of a machine. Source: CloudFormation template of Karpenter 1.14.1, the same in 1.14.3. */
export const INTERRUPTIONS = {
  "scheduled-change": { source: "aws.health", detailType: "AWS Health Event" },
  "spot-interruption": { source: "aws.ec2", detailType: "EC2 Spot Instance Interruption Warning" },
  rebalance: { source: "aws.ec2", detailType: "EC2 Instance Rebalance Recommendation" },
  "state-change": { source: "aws.ec2", detailType: "EC2 Instance State-change Notification" },
  "capacity-reservation": { source: "aws.ec2", detailType: "EC2 Capacity Reservation Instance Interruption Warning" },
} as const;

/** Pattern of an EventBridge rule, as JSON text. */
export function eventPattern({ source, detailType }: { readonly source: string; readonly detailType: string }): string {
  return JSON.stringify({ source: [source], "detail-type": [detailType] });
}

/** Policy of the queue, as JSON text: EventBridge's rules of this stack may write, and nobody comes unencrypted. */
export function interruptionQueuePolicy(queueArn: string, ruleArns: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EventsOfThisStack",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
      },
      {
        Sid: "OnlyTls",
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
