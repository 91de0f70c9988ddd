import type { NetworkConfig } from "../config/schema/network.ts";
import { formatCidr, parseCidr, sizeOf } from "./cidr.ts";

/** Public subnets hold load balancers and NAT gateways, private ones nodes and pods. */
export type SubnetTier = "public" | "private";

/** One subnet of the VPC. */
export interface SubnetPlan {
  readonly tier: SubnetTier;
  readonly zone: string;
  /** Index of the zone in `platform.zones`. */
  readonly zoneIndex: number;
  readonly cidr: string;
}

/** The smallest VPC, as a prefix length, that still gives each of six zones a public subnet of 64 addresses. */
export const SMALLEST_VPC_PREFIX = 20;

/** Blocks that the VPC is cut into: eight private ones of the VPC's /3, the last of them kept for the public subnets. */
const PRIVATE_BITS = 3;

/**
 * The subnets of the VPC: those of `network.subnets`, else planned. A plan depends on nothing but the VPC and the
 * index of the zone, so adding a zone at the end moves no subnet.
 *
 *   /16 -> private /19 (8,190 addresses a zone), public /22
 *   /20 -> private /23   (510 addresses a zone), public /26
 *
 * @throws RangeError when `network.cidr` is no network, or there are more than six zones.
 */
export function planSubnets(network: NetworkConfig, zones: readonly string[]): SubnetPlan[] {
  const given = network.subnets;
  return (["public", "private"] as const).flatMap((tier) =>
    zones.map((zone, zoneIndex) => ({
      tier,
      zone,
      zoneIndex,
      cidr: given === undefined ? plannedCidr(network.cidr, tier, zoneIndex) : (given[tier][zoneIndex] ?? ""),
    })),
  );
}

function plannedCidr(vpcText: string, tier: SubnetTier, zoneIndex: number): string {
  const vpc = parseCidr(vpcText);
  if (vpc === undefined || zoneIndex > 5) {
    throw new RangeError(`cannot plan subnet ${zoneIndex} of ${vpcText}`);
  }
  const block = sizeOf(vpc.prefix + PRIVATE_BITS);
  if (tier === "private") {
    return formatCidr({ base: vpc.base + zoneIndex * block, prefix: vpc.prefix + PRIVATE_BITS });
  }
  const prefix = vpc.prefix + 2 * PRIVATE_BITS;
  return formatCidr({ base: vpc.base + 7 * block + zoneIndex * sizeOf(prefix), prefix });
}
