import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkConfig } from "../../config/schema/network.ts";
import { planSubnets, type SubnetPlan } from "../../model/subnets.ts";

/** What the network is made from. */
export interface NetworkArgs {
  /** The VPC: addresses and NAT. Plain: shapes the graph. Source: `network` of the stack's configuration. */
  readonly network: NetworkConfig;
  /** Availability zones, one public and one private subnet in each. Plain: shapes the graph. */
  readonly zones: readonly string[];
  /** Name of the EKS cluster that will use the subnets; part of the tags that load balancers look for. */
  readonly clusterName: string;
}

/** A VPC over several zones: public subnets for load balancers, private ones for nodes and pods. */
export class Network extends pulumi.ComponentResource {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of the public subnets, in the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  /** Ids of the private subnets, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Output<string>[];

  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:Network", name, {}, options);
    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: args.network.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: name } },
      { parent: this },
    );
    const gateway = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: { Name: name } },
      { parent: this },
    );
    const plans = planSubnets(args.network, args.zones);
    const publicSubnets = this.subnets(name, args, plans, "public", vpc);
    const privateSubnets = this.subnets(name, args, plans, "private", vpc);

    this.vpcId = vpc.id;
    this.publicSubnetIds = this.publicRoutes(name, vpc, gateway, publicSubnets);
    this.privateSubnetIds = this.privateRoutes(name, args, vpc, gateway, publicSubnets, privateSubnets);
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
    });
  }

  private subnets(
    name: string,
    args: NetworkArgs,
    plans: readonly SubnetPlan[],
    tier: SubnetPlan["tier"],
    vpc: aws.ec2.Vpc,
  ): aws.ec2.Subnet[] {
    const role = tier === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
    return plans
      .filter((plan) => plan.tier === tier)
      .map(
        (plan) =>
          new aws.ec2.Subnet(
            `${name}-${tier}-${plan.zoneIndex}`,
            {
              vpcId: vpc.id,
              cidrBlock: plan.cidr,
              availabilityZone: plan.zone,
              mapPublicIpOnLaunch: tier === "public",
              tags: {
                Name: `${name}-${tier}-${plan.zone}`,
                [role]: "1",
                [`kubernetes.io/cluster/${args.clusterName}`]: "shared",
              },
            },
            { parent: this },
          ),
      );
  }

  private publicRoutes(
    name: string,
    vpc: aws.ec2.Vpc,
    gateway: aws.ec2.InternetGateway,
    subnets: readonly aws.ec2.Subnet[],
  ): pulumi.Output<string>[] {
    const table = new aws.ec2.RouteTable(
      `${name}-public`,
      { vpcId: vpc.id, tags: { Name: `${name}-public` } },
      { parent: this },
    );
    const route = new aws.ec2.Route(
      `${name}-public-internet`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: table },
    );
    return subnets.map((subnet, zone) =>
      routed(subnet, [route, this.associate(`${name}-public-${zone}`, table, subnet)]),
    );
  }

  /** One table a zone, so that each zone can leave through its own NAT gateway. */
  private privateRoutes(
    name: string,
    args: NetworkArgs,
    vpc: aws.ec2.Vpc,
    internet: aws.ec2.InternetGateway,
    publicSubnets: readonly aws.ec2.Subnet[],
    privateSubnets: readonly aws.ec2.Subnet[],
  ): pulumi.Output<string>[] {
    const count = { none: 0, single: 1, perZone: args.zones.length }[args.network.nat];
    const gateways = publicSubnets.slice(0, count).map((subnet, zone) => this.natGateway(name, zone, subnet, internet));
    return privateSubnets.map((subnet, zone) => {
      const table = new aws.ec2.RouteTable(
        `${name}-private-${zone}`,
        { vpcId: vpc.id, tags: { Name: `${name}-private-${args.zones[zone] ?? zone}` } },
        { parent: this },
      );
      const association = this.associate(`${name}-private-${zone}`, table, subnet);
      const nat = gateways[Math.min(zone, gateways.length - 1)];
      if (nat === undefined) {
        return routed(subnet, [association]);
      }
      const route = new aws.ec2.Route(
        `${name}-private-${zone}-nat`,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        { parent: table },
      );
      return routed(subnet, [association, route]);
    });
  }

  private natGateway(
    name: string,
    zone: number,
    subnet: aws.ec2.Subnet,
    internet: aws.ec2.InternetGateway,
  ): aws.ec2.NatGateway {
    const address = new aws.ec2.Eip(
      `${name}-nat-${zone}`,
      { domain: "vpc", tags: { Name: `${name}-nat-${zone}` } },
      // AWS refuses to detach an internet gateway while an address of the VPC is mapped.
      { parent: this, dependsOn: [internet] },
    );
    return new aws.ec2.NatGateway(
      `${name}-nat-${zone}`,
      { allocationId: address.id, subnetId: subnet.id, tags: { Name: `${name}-nat-${zone}` } },
      // A NAT gateway without an internet gateway fails, although it refers to none.
      { parent: this, dependsOn: [internet] },
    );
  }

  private associate(name: string, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet): aws.ec2.RouteTableAssociation {
    return new aws.ec2.RouteTableAssociation(name, { routeTableId: table.id, subnetId: subnet.id }, { parent: table });
  }
}

/**
 * The subnet's id, known only once its routes stand: whatever is put into the subnet comes after them, and goes before
 * them. Nodes need the way out until they have left.
 */
function routed(subnet: aws.ec2.Subnet, routes: readonly pulumi.CustomResource[]): pulumi.Output<string> {
  return pulumi.all([subnet.id, pulumi.all(routes.map((route) => route.id))]).apply(([id]) => id);
}
