import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** A subnet's way: its route table, and what must exist before the way is open. */
export interface RoutedSubnet {
  readonly subnet: aws.ec2.Subnet;
  readonly table: aws.ec2.RouteTable;
  readonly routes: readonly pulumi.Resource[];
}

/** The subnets of one tier, in the order of the zones. */
export interface TierArgs {
  readonly vpc: aws.ec2.Vpc;
  readonly subnets: readonly aws.ec2.Subnet[];
  readonly parent: pulumi.ComponentResource;
}

/** One table for all public subnets: out by the internet gateway. */
export function createPublicRoutes(name: string, tier: TierArgs, internet: aws.ec2.InternetGateway): RoutedSubnet[] {
  const table = routeTable(`${name}-public`, `${name}-public`, tier);
  const route = wayOut(`${name}-public-internet`, table, { gatewayId: internet.id });
  return tier.subnets.map((subnet, zone) => ({
    subnet,
    table,
    routes: [route, associate(`${name}-public-${zone}`, table, subnet)],
  }));
}

/**
 * One table a zone, so that each zone leaves through its own NAT gateway.
 * @param gateways none, one for all, or one for each zone
 */
export function createPrivateRoutes(
  name: string,
  tier: TierArgs,
  gateways: readonly aws.ec2.NatGateway[],
  zones: readonly string[],
): RoutedSubnet[] {
  return tier.subnets.map((subnet, zone) => {
    const zoneName = `${name}-private-${zone}`;
    const table = routeTable(zoneName, `${name}-private-${zones[zone] ?? zone}`, tier);
    const association = associate(zoneName, table, subnet);
    const nat = gateways[Math.min(zone, gateways.length - 1)];
    const routes = nat === undefined ? [] : [wayOut(`${zoneName}-nat`, table, { natGatewayId: nat.id })];
    return { subnet, table, routes: [association, ...routes] };
  });
}

/** One table for the control plane's subnets, without any route: they are reached from inside the VPC only. */
export function createIntraRoutes(name: string, tier: TierArgs): RoutedSubnet[] {
  const table = routeTable(`${name}-intra`, `${name}-intra`, tier);
  return tier.subnets.map((subnet, zone) => ({
    subnet,
    table,
    routes: [associate(`${name}-intra-${zone}`, table, subnet)],
  }));
}

function routeTable(name: string, label: string, { vpc, parent }: TierArgs): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { Name: label } }, { parent });
}

function wayOut(
  name: string,
  table: aws.ec2.RouteTable,
  by: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">,
): aws.ec2.Route {
  const args = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...by };
  return new aws.ec2.Route(name, args, { parent: table });
}

function associate(name: string, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet): aws.ec2.RouteTableAssociation {
  return new aws.ec2.RouteTableAssociation(name, { routeTableId: table.id, subnetId: subnet.id }, { parent: table });
}
