import { partitionOf } from "../partition.ts";
import { type PolicyDocument, policyDocument, type PolicyStatement } from "./policy.ts";

/** What the policy is made from. */
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
 * profiles: the stack makes the one that it uses.
 */
export function karpenterPolicy(args: KarpenterPolicyArgs): PolicyDocument {
  return policyDocument([...machines(args), ...nodeRole(args), ...cluster(args), ...reading(args)]);
}

function machines({ region, clusterName }: KarpenterPolicyArgs): PolicyStatement[] {
  const partition = partitionOf(region);
  const ec2 = (...kinds: string[]) => kinds.map((kind) => `arn:${partition}:ec2:${region}:*:${kind}/*`);
  const shared = ["image", "snapshot"].map((kind) => `arn:${partition}:ec2:${region}::${kind}/*`);
  const made = ec2("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request");
  const owned = (tag: "RequestTag" | "ResourceTag") => ({
    [`aws:${tag}/kubernetes.io/cluster/${clusterName}`]: "owned",
  });
  const named = { "aws:RequestTag/eks:eks-cluster-name": clusterName };
  const ofItsPools = (tag: "RequestTag" | "ResourceTag") => ({ [`aws:${tag}/karpenter.sh/nodepool`]: "*" });
  return [
    {
      Sid: "StartFrom",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet"],
      Resource: [...shared, ...ec2("security-group", "subnet", "capacity-reservation", "placement-group")],
    },
    {
      Sid: "StartFromOwnTemplates",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet"],
      Resource: ec2("launch-template"),
      Condition: { StringEquals: owned("ResourceTag"), StringLike: ofItsPools("ResourceTag") },
    },
    {
      Sid: "Start",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"],
      Resource: made,
      Condition: { StringEquals: { ...owned("RequestTag"), ...named }, StringLike: ofItsPools("RequestTag") },
    },
    {
      Sid: "TagAtTheStart",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: made,
      Condition: {
        StringEquals: {
          ...owned("RequestTag"),
          ...named,
          "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
        },
        StringLike: ofItsPools("RequestTag"),
      },
    },
    {
      Sid: "TagWithTheNode",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: ec2("instance"),
      Condition: {
        StringEquals: owned("ResourceTag"),
        StringLike: ofItsPools("ResourceTag"),
        StringEqualsIfExists: named,
        "ForAllValues:StringEquals": { "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"] },
      },
    },
    {
      Sid: "End",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: ec2("instance", "launch-template"),
      Condition: { StringEquals: owned("ResourceTag"), StringLike: ofItsPools("ResourceTag") },
    },
  ];
}

function nodeRole({ nodeRoleArn, region, account }: KarpenterPolicyArgs): PolicyStatement[] {
  return [
    {
      Sid: "HandOutTheNodesRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: nodeRoleArn,
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      Sid: "ReadInstanceProfiles",
      Effect: "Allow",
      Action: ["iam:GetInstanceProfile"],
      Resource: `arn:${partitionOf(region)}:iam::${account}:instance-profile/*`,
    },
    // IAM knows no narrower resource for a list.
    { Sid: "ListInstanceProfiles", Effect: "Allow", Action: ["iam:ListInstanceProfiles"], Resource: "*" },
  ];
}

function cluster({ region, account, clusterName, queueArn, zonalShift }: KarpenterPolicyArgs): PolicyStatement[] {
  const arn = `arn:${partitionOf(region)}:eks:${region}:${account}:cluster/${clusterName}`;
  return [
    { Sid: "FindTheCluster", Effect: "Allow", Action: ["eks:DescribeCluster"], Resource: arn },
    {
      Sid: "ReadInterruptions",
      Effect: "Allow",
      Action: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
      Resource: queueArn,
    },
    ...(zonalShift
      ? [
          {
            Sid: "ReadZonalShifts",
            Effect: "Allow" as const,
            Action: ["arc-zonal-shift:GetManagedResource"],
            Resource: "*",
            Condition: { StringEquals: { "arc-zonal-shift:ResourceIdentifier": arn } },
          },
        ]
      : []),
  ];
}

function reading({ region }: KarpenterPolicyArgs): PolicyStatement[] {
  const described = [
    "CapacityReservations",
    "Images",
    "InstanceStatus",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "Instances",
    "LaunchTemplates",
    "PlacementGroups",
    "SecurityGroups",
    "Subnets",
  ].map((what) => `ec2:Describe${what}`);
  return [
    {
      Sid: "ReadTheRegion",
      Effect: "Allow",
      Action: [...described, "ec2:DescribeSpotPriceHistory"],
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      Sid: "ReadImageReleases",
      Effect: "Allow",
      Action: ["ssm:GetParameter"],
      Resource: `arn:${partitionOf(region)}:ssm:${region}::parameter/aws/service/*`,
    },
    { Sid: "ReadPrices", Effect: "Allow", Action: ["pricing:GetProducts"], Resource: "*" },
  ];
}
