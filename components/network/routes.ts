import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** A subnet's way: its route table, and what must stand before the way is open. */
export interface RoutedSubnet {
  readonly subnet: aws.ec2.Subnet;
  readonly table: aws.ec2.RouteTable;
  readonly routes: readonly pulumi.Resource[];
}

/** What the route tables of a network are made from. */
export interface RoutesArgs {
  readonly vpc: aws.ec2.Vpc;
  /** Subnets of one tier, in the order of the zones. */
  readonly subnets: readonly aws.ec2.Subnet[];
}

/** One table for all public subnets: out by the internet gateway. */
export function createPublicRoutes(
  name: string,
  { vpc, subnets, internet }: RoutesArgs & { readonly internet: aws.ec2.InternetGateway },
  parent: pulumi.ComponentResource,
): RoutedSubnet[] {
  const table = routeTable(`${name}-public`, `${name}-public`, vpc, parent);
  const route = new aws.ec2.Route(
    `${name}-public-internet`,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
    { parent: table },
  );
  return subnets.map((subnet, zone) => ({
    subnet,
    table,
    routes: [route, associate(`${name}-public-${zone}`, table, subnet)],
  }));
}

/**
 * One table a zone, so that each zone leaves through its own NAT gateway.
 * @param args.gateways none, one for all, or one for each zone
 * @param args.zones names of the zones
 */
export function createPrivateRoutes(
  name: string,
  args: RoutesArgs & { readonly gateways: readonly aws.ec2.NatGateway[]; readonly zones: readonly string[] },
  parent: pulumi.ComponentResource,
): RoutedSubnet[] {
  return args.subnets.map((subnet, zone) => {
    const label = `${name}-private-${args.zones[zone] ?? zone}`;
    const table = routeTable(`${name}-private-${zone}`, label, args.vpc, parent);
    const association = associate(`${name}-private-${zone}`, table, subnet);
    const nat = args.gateways[Math.min(zone, args.gateways.length - 1)];
    if (nat === undefined) {
      return { subnet, table, routes: [association] };
    }
    const route = new aws.ec2.Route(
      `${name}-private-${zone}-nat`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
      { parent: table },
    );
    return { subnet, table, routes: [association, route] };
  });
}

/** One table for the control plane's subnets, without any route: they are reached from inside the VPC only. */
export function createIntraRoutes(
  name: string,
  { vpc, subnets }: RoutesArgs,
  parent: pulumi.ComponentResource,
): RoutedSubnet[] {
  const table = routeTable(`${name}-intra`, `${name}-intra`, vpc, parent);
  return subnets.map((subnet, zone) => ({
    subnet,
    table,
    routes: [associate(`${name}-intra-${zone}`, table, subnet)],
  }));
}

function routeTable(
  name: string,
  label: string,
  vpc: aws.ec2.Vpc,
  parent: pulumi.ComponentResource,
): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { Name: label } }, { parent });
}

function associate(name: string, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet): aws.ec2.RouteTableAssociation {
  return new aws.ec2.RouteTableAssociation(name, { routeTableId: table.id, subnetId: subnet.id }, { parent: table });
}
