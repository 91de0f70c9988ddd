import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "vpc-flow-logs.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export interface FlowLogsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Name of the cluster: part of the log group's name. Plain. */
  readonly clusterName: string;
  /** Days that the logs are kept. Source: `network.flowLogs.retentionDays` of the stack's configuration. */
  readonly retentionDays: number;
  /**
   * KMS key that encrypts the log group; its policy must let CloudWatch Logs use it. Default: a key of AWS's.
   */
  readonly keyArn?: pulumi.Input<string>;
}

/** Records every connection in a VPC, accepted or rejected, in CloudWatch. */
export class FlowLogs extends pulumi.ComponentResource {
  /** The flow log: what exists before it is not recorded. */
  readonly flowLog: aws.ec2.FlowLog;

  constructor(name: string, args: FlowLogsArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:FlowLogs", name, {}, options);
    const group = new aws.cloudwatch.LogGroup(
      name,
      {
        name: `/aws/vpc/${args.clusterName}/flow-logs`,
        retentionInDays: args.retentionDays,
        ...(args.keyArn === undefined ? {} : { kmsKeyId: args.keyArn }),
      },
      { parent: this },
    );
    const { role, policy } = this.role(name, group);
    this.flowLog = new aws.ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: { Name: name },
      },
      // Without the policy the flow log is accepted and silently records nothing.
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({});
  }

  private role(name: string, group: aws.cloudwatch.LogGroup): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const description = "Writes the flow logs of the VPC";
    const role = new aws.iam.Role(name, { description, assumeRolePolicy: TRUST }, { parent: this });
    const document = group.arn.apply((arn) => JSON.stringify({ Version: "2012-10-17", Statement: mayWrite(arn) }));
    return { role, policy: new aws.iam.RolePolicy(name, { role: role.name, policy: document }, { parent: role }) };
  }
}

function mayWrite(groupArn: string): readonly object[] {
  const write = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"];
  return [
    { Effect: "Allow", Action: write, Resource: `${groupArn}:*` },
    // Knows no narrower resource; reads names of groups, nothing in them.
    { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
  ];
}
