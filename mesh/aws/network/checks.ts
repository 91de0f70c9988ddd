import type { StackConfig } from "../../stack/config.ts";
import { problem, problemIf, type Problem } from "../../stack/errors.ts";
import { contains, overlaps, parseCidr, type Cidr } from "../../kubernetes/cidr.ts";
import { LARGEST_VPC_PREFIX, planSubnets, SMALLEST_SUBNET_PREFIX, SMALLEST_VPC_PREFIX } from "./subnets.ts";
import { SUBNET_TIERS, type SubnetPlan } from "./subnets.ts";
import type { Check } from "../../stack/check.ts";

/** The VPC is large enough, its subnets lie in it and apart from each other, and Services are not addressed out of it. */
export const checkNetwork: Check = ({ config }) => {
  if (config.platform.kind !== "eks" || config.network.existing !== undefined) {
    return [];
  }
  const vpc = parseCidr(config.network.cidr);
  const services = parseCidr(config.cluster.serviceCidr);
  if (vpc === undefined || services === undefined) {
    return [];
  }
  const wrongSize = problemIf(
    vpc.prefix < LARGEST_VPC_PREFIX || vpc.prefix > SMALLEST_VPC_PREFIX,
    "network.cidr",
    `expected a prefix from /${LARGEST_VPC_PREFIX} to /${SMALLEST_VPC_PREFIX}; got "${config.network.cidr}"`,
    `AWS allows at most /${LARGEST_VPC_PREFIX}, and every pod takes an address of its own`,
  );
  return [
    ...problemIf(
      overlaps(vpc, services),
      "cluster.serviceCidr",
      `expected a network apart from network.cidr ${config.network.cidr}; got "${config.cluster.serviceCidr}", which overlaps it`,
      "172.20.0.0/16 is the usual choice for Services",
    ),
    ...(wrongSize.length > 0 ? wrongSize : checkSubnets(config, vpc)),
  ];
};

/** Subnets that are given by hand; planned ones are right by construction. */
function checkSubnets({ network, platform }: StackConfig, vpc: Cidr): Problem[] {
  const { subnets } = network;
  if (subnets === undefined || platform.kind !== "eks") {
    return [];
  }
  const zones = platform.zones.length;
  const wrongCount = SUBNET_TIERS.filter((tier) => subnets[tier].length !== zones).map((tier) =>
    problem(
      `network.subnets.${tier}`,
      `expected one network for each of the ${zones} zones; got ${subnets[tier].length}`,
    ),
  );
  return wrongCount.length > 0 ? wrongCount : checkPlacement(network.cidr, vpc, planSubnets(network, platform.zones));
}

function checkPlacement(vpcText: string, vpc: Cidr, plan: readonly SubnetPlan[]): Problem[] {
  const placed = plan.flatMap(({ tier, zoneIndex, cidr }) => {
    const network = parseCidr(cidr);
    return network === undefined ? [] : [{ cidr, network, path: `network.subnets.${tier}[${zoneIndex}]` }];
  });
  return placed.flatMap(({ network, path, cidr }, index) => {
    if (!contains(vpc, network)) {
      return [problem(path, `expected a network inside network.cidr ${vpcText}; got "${cidr}"`)];
    }
    if (network.prefix > SMALLEST_SUBNET_PREFIX) {
      return [problem(path, `expected a prefix of at most /${SMALLEST_SUBNET_PREFIX}; got "${cidr}"`)];
    }
    const other = placed.slice(0, index).find((earlier) => overlaps(earlier.network, network));
    return problemIf(
      other !== undefined,
      path,
      `expected a network apart from ${other?.path ?? ""} ${other?.cidr ?? ""}; got "${cidr}", which overlaps it`,
    );
  });
}
