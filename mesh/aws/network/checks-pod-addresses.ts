import { parseCidr, sizeOf } from "../../kubernetes/cidr.ts";
import { problem } from "../../stack/errors.ts";
import { addressesNeeded } from "./pod-addresses.ts";
import { LARGEST_VPC_PREFIX, planSubnets, privatePrefix, SMALLEST_VPC_PREFIX } from "./subnets.ts";
import type { Check } from "../../stack/check.ts";

/** Every private subnet has an address for every pod of the node pools at their maximum, with one zone lost. */
export const checkPodAddresses: Check = ({ config }) => {
  const { network, platform } = config;
  const vpc = parseCidr(network.cidr);
  if (platform.kind !== "eks" || network.existing !== undefined || vpc === undefined) {
    return [];
  }
  if (vpc.prefix < LARGEST_VPC_PREFIX || vpc.prefix > SMALLEST_VPC_PREFIX) {
    return [];
  }
  const needed = addressesNeeded(config, platform.zones.length);
  const limits = config.cluster.karpenter.enabled ? " and cluster.karpenter.limits" : "";
  const remediation = `or lower cluster.systemPool.max and cluster.workloadPool.max${limits}`;
  const small = planSubnets(network, platform.zones)
    .filter(({ tier }) => tier === "private")
    .map((subnet) => ({ ...subnet, network: parseCidr(subnet.cidr) }))
    .find((subnet) => subnet.network !== undefined && sizeOf(subnet.network.prefix) < needed);
  if (small?.network === undefined) {
    return [];
  }
  const has = sizeOf(small.network.prefix);
  const shortage = `${needed} addresses for the pods of the node pools at their maximum; got ${has}`;
  const wanted = 32 - Math.ceil(Math.log2(needed));
  if (network.subnets !== undefined) {
    const path = `network.subnets.private[${small.zoneIndex}]`;
    return [problem(path, `expected ${shortage} in ${small.cidr}`, `use a /${wanted}, ${remediation}`)];
  }
  const prefix = vpc.prefix + wanted - privatePrefix(vpc.prefix);
  const larger = prefix < LARGEST_VPC_PREFIX ? remediation.slice(3) : `use a /${prefix}, ${remediation}`;
  return [problem("network.cidr", `expected private subnets of ${shortage} in ${network.cidr}`, larger)];
};
