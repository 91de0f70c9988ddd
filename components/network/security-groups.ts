import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type ClusterGroup,
  clusterSecurityRules,
  type SecurityGroupRule,
} from "../../mesh/aws/network/security-groups.ts";
import { idAfter } from "./network-access.ts";

export interface SecurityGroupsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Name of the EKS cluster; in the tags by which the load-balancer controller and Karpenter find the nodes' group. */
  readonly clusterName: string;
}

/**
 * The security groups of control plane and nodes, with every rule in mesh/aws/security-groups.ts. Rules are resources
 * of their own: the load-balancer controller adds rules to the nodes' group, which rules inside of the group would undo.
 */
export class SecurityGroups extends pulumi.ComponentResource {
  /** Group of the control plane's network interfaces, beside the one that EKS makes. */
  readonly controlPlane: aws.ec2.SecurityGroup;
  /** Group of the nodes and their pods. */
  readonly nodes: aws.ec2.SecurityGroup;
  /** Id of {@link controlPlane}, known once every rule stands: what uses it comes after the rules and goes before them. */
  readonly controlPlaneId: pulumi.Output<string>;
  /** Id of {@link nodes}, known once every rule stands. */
  readonly nodesId: pulumi.Output<string>;
  /** Every rule of both groups. */
  readonly rules: pulumi.Resource[];

  constructor(name: string, args: SecurityGroupsArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:SecurityGroups", name, {}, options);
    this.controlPlane = this.group(`${name}-control-plane`, args.vpcId, "Control plane of the EKS cluster", {});
    // Of a node's groups exactly one may carry the cluster's tag: the load-balancer controller opens that one.
    this.nodes = this.group(`${name}-nodes`, args.vpcId, "Nodes of the EKS cluster", {
      [`kubernetes.io/cluster/${args.clusterName}`]: "owned",
      "karpenter.sh/discovery": args.clusterName,
    });
    this.rules = clusterSecurityRules().map((rule) => this.rule(name, rule));
    this.controlPlaneId = idAfter(this.controlPlane, this.rules);
    this.nodesId = idAfter(this.nodes, this.rules);
    this.registerOutputs({ controlPlaneId: this.controlPlaneId, nodesId: this.nodesId });
  }

  private group(
    name: string,
    vpcId: pulumi.Input<string>,
    description: string,
    tags: Record<string, string>,
  ): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      name,
      // Rules that a controller has added would hold up the destroy: a group named in another's rule cannot go.
      { vpcId, description, revokeRulesOnDelete: true, tags: { Name: name, ...tags } },
      { parent: this },
    );
  }

  private rule(name: string, rule: SecurityGroupRule): pulumi.Resource {
    const groups: Record<ClusterGroup, aws.ec2.SecurityGroup> = { controlPlane: this.controlPlane, nodes: this.nodes };
    const group = groups[rule.group];
    const Rule = rule.direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
    return new Rule(
      `${name}-${rule.key}`,
      {
        securityGroupId: group.id,
        description: rule.description,
        ...(rule.port === undefined
          ? { ipProtocol: "-1" }
          : { ipProtocol: "tcp", fromPort: rule.port, toPort: rule.port }),
        ...(rule.peer === "anywhere" ? { cidrIpv4: "0.0.0.0/0" } : { referencedSecurityGroupId: groups[rule.peer].id }),
      },
      { parent: group },
    );
  }
}
