import { problemIf, type Problem } from "../../stack/errors.ts";
import { contains, overlaps, parseCidr } from "../../kubernetes/cidr.ts";
import { planSubnets, SMALLEST_SUBNET_PREFIX, SMALLEST_VPC_PREFIX, SUBNET_TIERS } from "./subnets.ts";
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
  const problems: Problem[] = [];
  if (overlaps(vpc, services)) {
    problems.push({
      path: "cluster.serviceCidr",
      message: `expected a network apart from network.cidr ${config.network.cidr}; got "${config.cluster.serviceCidr}", which overlaps it`,
      remediation: "172.20.0.0/16 is the usual choice for Services",
    });
  }
  if (vpc.prefix < 16 || vpc.prefix > SMALLEST_VPC_PREFIX) {
    problems.push({
      path: "network.cidr",
      message: `expected a prefix from /16 to /${SMALLEST_VPC_PREFIX}; got "${config.network.cidr}"`,
      remediation: "AWS allows at most /16, and every pod takes an address of its own",
    });
    return problems;
  }
  return [...problems, ...checkSubnets(config)];
};

/** Subnets that are given by hand; planned ones are right by construction. */
function checkSubnets(config: Parameters<Check>[0]["config"]): Problem[] {
  const { subnets } = config.network;
  if (subnets === undefined || config.platform.kind !== "eks") {
    return [];
  }
  const zones = config.platform.zones.length;
  const wrongCount = SUBNET_TIERS.filter((tier) => subnets[tier].length !== zones).map((tier) => ({
    path: `network.subnets.${tier}`,
    message: `expected one network for each of the ${zones} zones; got ${subnets[tier].length}`,
  }));
  if (wrongCount.length > 0) {
    return wrongCount;
  }
  return checkPlacement(config.network.cidr, planSubnets(config.network, config.platform.zones));
}

function checkPlacement(vpcText: string, plan: ReturnType<typeof planSubnets>): Problem[] {
  const vpc = parseCidr(vpcText);
  const placed = plan.map((subnet) => ({
    cidr: subnet.cidr,
    network: parseCidr(subnet.cidr),
    path: `network.subnets.${subnet.tier}[${subnet.zoneIndex}]`,
  }));
  return placed.flatMap((subnet, index) => {
    if (vpc === undefined || subnet.network === undefined) {
      return [];
    }
    const { network, path, cidr } = subnet;
    if (!contains(vpc, network)) {
      return [{ path, message: `expected a network inside network.cidr ${vpcText}; got "${cidr}"` }];
    }
    if (network.prefix > SMALLEST_SUBNET_PREFIX) {
      return [{ path, message: `expected a prefix of at most /${SMALLEST_SUBNET_PREFIX}; got "${cidr}"` }];
    }
    const other = placed
      .slice(0, index)
      .find((earlier) => earlier.network !== undefined && overlaps(earlier.network, network));
    return problemIf(
      other !== undefined,
      path,
      `expected a network apart from ${other?.path ?? ""} ${other?.cidr ?? ""}; got "${cidr}", which overlaps it`,
    );
  });
}
