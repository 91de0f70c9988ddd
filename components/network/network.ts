import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkConfig } from "../../mesh/aws/schema/network.ts";
import { planSubnets } from "../../mesh/aws/network/subnets.ts";
import { Endpoints } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { createNatGateways } from "./nat.ts";
import { createIntraRoutes, createPrivateRoutes, createPublicRoutes, type RoutedSubnet } from "./routes.ts";
import { idAfter, type NetworkAccess } from "./network-access.ts";
import { createSubnets, type Subnets } from "./subnets.ts";

export interface NetworkArgs {
  /** Addresses, NAT, endpoints, flow logs. Plain: shapes the graph. Source: `network` of the stack's configuration. */
  readonly network: NetworkConfig;
  /** Region of the VPC: part of the names of AWS's services. Plain. */
  readonly region: string;
  /** Availability zones, one subnet of each tier in each. Plain: shapes the graph. */
  readonly zones: readonly string[];
  /** Name of the EKS cluster that will use the subnets; part of the tags that load balancers and Karpenter look for. */
  readonly clusterName: string;
  /** KMS key that encrypts the flow logs; its policy must let CloudWatch Logs use it. Default: a key of AWS's. */
  readonly logKeyArn?: pulumi.Input<string>;
}

/**
 * A VPC over several zones: public subnets for load balancers, private ones for nodes and pods, intra ones for the
 * control plane's network interfaces.
 */
export class Network extends pulumi.ComponentResource implements NetworkAccess {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly intraSubnetIds: pulumi.Output<string>[];

  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:Network", name, {}, options);
    const vpc = this.vpc(name, args);
    const plans = planSubnets(args.network, args.zones);
    const subnets = createSubnets(name, { vpc, plans, clusterName: args.clusterName }, this);
    const routed = this.routes(name, args, vpc, subnets);
    const endpoints = this.endpoints(name, args, vpc, routed.private);
    const flowLogs = this.flowLogs(name, args, vpc);

    this.vpcId = vpc.id;
    this.publicSubnetIds = idsOf(routed.public, flowLogs);
    // Nodes pull their images through endpoints and routes, and their first and last connection is recorded.
    this.privateSubnetIds = idsOf(routed.private, [...endpoints, ...flowLogs]);
    this.intraSubnetIds = idsOf(routed.intra, flowLogs);
    const { vpcId, publicSubnetIds, privateSubnetIds, intraSubnetIds } = this;
    this.registerOutputs({ vpcId, publicSubnetIds, privateSubnetIds, intraSubnetIds });
  }

  private vpc(name: string, args: NetworkArgs): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: args.network.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: name } },
      { parent: this },
    );
    // AWS makes a group in every VPC, open inside; adopted without a rule, it lets nothing in or out.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: vpc.id, tags: { Name: `${name}-default-closed` } },
      { parent: this },
    );
    return vpc;
  }

  private routes(name: string, args: NetworkArgs, vpc: aws.ec2.Vpc, subnets: Subnets) {
    const internet = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: { Name: name } },
      { parent: this },
    );
    const natCount = { none: 0, single: 1, perZone: args.zones.length }[args.network.nat];
    const gateways = createNatGateways(name, subnets.public.slice(0, natCount), internet, this);
    const tier = (key: keyof Subnets) => ({ vpc, subnets: subnets[key], parent: this });
    return {
      public: createPublicRoutes(name, tier("public"), internet),
      private: createPrivateRoutes(name, tier("private"), gateways, args.zones),
      intra: createIntraRoutes(name, tier("intra")),
    };
  }

  private endpoints(name: string, { network, region }: NetworkArgs, vpc: aws.ec2.Vpc, subnets: RoutedSubnet[]) {
    const args = {
      endpoints: network.endpoints,
      region,
      vpcId: vpc.id,
      vpcCidr: vpc.cidrBlock,
      subnetIds: subnets.map(({ subnet }) => subnet.id),
      routeTableIds: subnets.map(({ table }) => table.id),
    };
    return new Endpoints(`${name}-endpoints`, args, { parent: this }).all;
  }

  private flowLogs(name: string, { network, clusterName, logKeyArn }: NetworkArgs, vpc: aws.ec2.Vpc) {
    const { enabled, retentionDays } = network.flowLogs;
    const key = logKeyArn === undefined ? {} : { keyArn: logKeyArn };
    const args = { vpcId: vpc.id, clusterName, retentionDays, ...key };
    return enabled ? [new FlowLogs(`${name}-flow-logs`, args, { parent: this }).flowLog] : [];
  }
}

function idsOf(subnets: readonly RoutedSubnet[], others: readonly pulumi.Resource[]): pulumi.Output<string>[] {
  return subnets.map(({ subnet, routes }) => idAfter(subnet, [...routes, ...others]));
}
