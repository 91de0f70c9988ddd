import type { NetworkConfig } from "../schema/network.ts";
import { parseCidr, subnetOf } from "../../kubernetes/cidr.ts";

/** Kinds of subnets, in the order in which they are made. */
export const SUBNET_TIERS = ["public", "private", "intra"] as const;

/**
 * Public subnets hold load balancers and NAT gateways, private ones nodes, pods and endpoints, intra ones the control
 * plane's network interfaces: nothing leaves the VPC from there.
 */
export type SubnetTier = (typeof SUBNET_TIERS)[number];

/** One subnet of the VPC. */
export interface SubnetPlan {
  readonly tier: SubnetTier;
  readonly zone: string;
  /** Index of the zone in `platform.zones`. */
  readonly zoneIndex: number;
  readonly cidr: string;
}

/** The largest VPC that AWS makes, as a prefix length. */
export const LARGEST_VPC_PREFIX = 16;

/** The smallest VPC, as a prefix length, whose intra subnets are still of the size that AWS allows (/28). */
export const SMALLEST_VPC_PREFIX = 20;

/** The smallest subnet that AWS makes, as a prefix length: 16 addresses, five of them AWS's own. */
export const SMALLEST_SUBNET_PREFIX = 28;

/** Bits by which the VPC is cut into private blocks: eight of them. */
const PRIVATE_BITS = 3;

/** Blocks that private subnets may take: one a zone. The one after them stays free, for whatever comes later. */
const MAX_ZONES = 6;

/** The block that is cut again, for the public subnets and those of the control plane. */
const SMALL_BLOCK = 7;

/**
 * The subnets of the VPC: those of `network.subnets`, else planned. A plan depends on nothing but the VPC and the
 * index of the zone, so adding a zone at the end moves no subnet. Whatever the number of zones, an eighth of the VPC
 * stays free.
 *
 *   /16 -> private /19 (8,187 addresses a zone), public /22, intra /24, free /19
 *   /20 -> private /23   (507 addresses a zone), public /26, intra /28, free /23
 *
 * @throws RangeError when `network.cidr` is no network, or there are more than six zones.
 */
export function planSubnets(network: NetworkConfig, zones: readonly string[]): SubnetPlan[] {
  const given = network.subnets;
  return SUBNET_TIERS.flatMap((tier) =>
    zones.map((zone, zoneIndex) => ({
      tier,
      zone,
      zoneIndex,
      cidr: given === undefined ? plannedCidr(network.cidr, tier, zoneIndex) : (given[tier][zoneIndex] ?? ""),
    })),
  );
}

/** Prefix length of a planned private subnet in a VPC of the given prefix length. */
export function privatePrefix(vpcPrefix: number): number {
  return vpcPrefix + PRIVATE_BITS;
}

function plannedCidr(vpcText: string, tier: SubnetTier, zoneIndex: number): string {
  const vpc = parseCidr(vpcText);
  if (vpc === undefined || zoneIndex >= MAX_ZONES) {
    throw new RangeError(`cannot plan subnet ${zoneIndex} of ${vpcText}`);
  }
  if (tier === "private") {
    return subnetOf(vpc, privatePrefix(vpc.prefix), zoneIndex);
  }
  const publicPrefix = vpc.prefix + 2 * PRIVATE_BITS;
  const firstPublic = SMALL_BLOCK * 2 ** PRIVATE_BITS;
  return tier === "public"
    ? subnetOf(vpc, publicPrefix, firstPublic + zoneIndex)
    : // Two of eight parts are left behind six public subnets; quarters of such a part, so that six zones fit into both.
      subnetOf(vpc, publicPrefix + 2, (firstPublic + MAX_ZONES) * 4 + zoneIndex);
}
