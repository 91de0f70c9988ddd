import type { Partition } from "../partition.ts";
import { type PolicyDocument, policyDocument, type PolicyStatement } from "./policy.ts";

/** Tag that the controller puts on all that it makes; its value is the cluster's name. */
const CLUSTER_TAG = "elbv2.k8s.aws/cluster";

const ELB = "elasticloadbalancing:";

/** ARNs of everything of a kind. */
interface Kinds {
  readonly securityGroups: string;
  readonly targetGroups: string;
  readonly loadBalancers: string;
  readonly listeners: string;
}

function kindsIn(partition: Partition): Kinds {
  const balancing = `arn:${partition}:elasticloadbalancing:*:*`;
  return {
    securityGroups: `arn:${partition}:ec2:*:*:security-group/*`,
    targetGroups: `${balancing}:targetgroup/*/*`,
    loadBalancers: `${balancing}:loadbalancer/net/*/*`,
    listeners: `${balancing}:listener/net/*/*/*`,
  };
}

/**
 * What the AWS Load Balancer Controller may do. Source: the policy that its project publishes (docs/install/iam_policy.json,
 * 2026-08), with two differences: only what network load balancers need (no WAF, Shield, Cognito, trust stores, application
 * load balancers), and where that policy asks that the cluster tag exists, this one asks for this cluster's name.
 */
export function loadBalancerControllerPolicy(clusterName: string, partition: Partition): PolicyDocument {
  const kinds = kindsIn(partition);
  return policyDocument([...reading(), ...securityGroups(clusterName, kinds), ...loadBalancers(clusterName, kinds)]);
}

function reading(): PolicyStatement[] {
  return [
    {
      Sid: "ServiceLinkedRole",
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: "*",
      Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
    {
      Sid: "Describe",
      Effect: "Allow",
      Action: [
        ...[
          "AccountAttributes",
          "Addresses",
          "AvailabilityZones",
          "Instances",
          "InternetGateways",
          "NetworkInterfaces",
          "RouteTables",
          "SecurityGroups",
          "Subnets",
          "Tags",
          "VpcPeeringConnections",
          "Vpcs",
        ].map((what) => `ec2:Describe${what}`),
        "ec2:GetSecurityGroupsForVpc",
        ...[
          "CapacityReservation",
          "ListenerAttributes",
          "ListenerCertificates",
          "Listeners",
          "LoadBalancerAttributes",
          "LoadBalancers",
          "Rules",
          "SSLPolicies",
          "Tags",
          "TargetGroupAttributes",
          "TargetGroups",
          "TargetHealth",
        ].map((what) => `${ELB}Describe${what}`),
        "acm:DescribeCertificate",
        "acm:ListCertificates",
      ],
      Resource: "*",
    },
  ];
}

function securityGroups(clusterName: string, kinds: Kinds): PolicyStatement[] {
  return [
    {
      // Also of the nodes' security group, which is not the controller's own.
      Sid: "SecurityGroupRules",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
      Resource: "*",
    },
    { Sid: "CreateSecurityGroup", Effect: "Allow", Action: ["ec2:CreateSecurityGroup"], Resource: "*" },
    {
      Sid: "TagNewSecurityGroup",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: kinds.securityGroups,
      Condition: {
        StringEquals: { "ec2:CreateAction": "CreateSecurityGroup", [`aws:RequestTag/${CLUSTER_TAG}`]: clusterName },
      },
    },
    {
      Sid: "TagOwnSecurityGroup",
      Effect: "Allow",
      Action: ["ec2:CreateTags", "ec2:DeleteTags"],
      Resource: kinds.securityGroups,
      Condition: retagged(clusterName),
    },
    {
      Sid: "DeleteOwnSecurityGroup",
      Effect: "Allow",
      Action: ["ec2:DeleteSecurityGroup"],
      Resource: "*",
      Condition: own(clusterName),
    },
  ];
}

function loadBalancers(clusterName: string, { targetGroups, loadBalancers, listeners }: Kinds): PolicyStatement[] {
  const named = { StringEquals: { [`aws:RequestTag/${CLUSTER_TAG}`]: clusterName } };
  return [
    elb("Create", ["CreateLoadBalancer", "CreateTargetGroup"], "*", named),
    elb("TagNew", ["AddTags"], [targetGroups, loadBalancers], {
      StringEquals: {
        "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
        [`aws:RequestTag/${CLUSTER_TAG}`]: clusterName,
      },
    }),
    elb("TagOwn", ["AddTags", "RemoveTags"], [targetGroups, loadBalancers], retagged(clusterName)),
    elb("TagListeners", ["AddTags", "RemoveTags"], listeners),
    elb(
      "ChangeOwn",
      [
        "DeleteLoadBalancer",
        "DeleteTargetGroup",
        "ModifyCapacityReservation",
        "ModifyListenerAttributes",
        "ModifyLoadBalancerAttributes",
        "ModifyTargetGroup",
        "ModifyTargetGroupAttributes",
        "SetIpAddressType",
        "SetSecurityGroups",
        "SetSubnets",
      ],
      "*",
      own(clusterName),
    ),
    elb("Targets", ["RegisterTargets", "DeregisterTargets"], targetGroups),
    elb(
      "Listeners",
      ["AddListenerCertificates", "CreateListener", "DeleteListener", "ModifyListener", "RemoveListenerCertificates"],
      "*",
    ),
  ];
}

function elb(
  sid: string,
  actions: readonly string[],
  resource: string | readonly string[],
  condition?: PolicyStatement["Condition"],
): PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions.map((action) => `${ELB}${action}`),
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** Only what carries this cluster's tag. */
function own(clusterName: string): NonNullable<PolicyStatement["Condition"]> {
  return { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: clusterName } };
}

/** Only what carries this cluster's tag, and not the tag itself. */
function retagged(clusterName: string): NonNullable<PolicyStatement["Condition"]> {
  return { ...own(clusterName), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: "true" } };
}
