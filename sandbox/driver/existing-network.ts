import type { StackConfig } from "../../mesh/stack/config.ts";
import type { CloudStore } from "../providers/index.ts";

/**
 * Puts the VPC and the subnets that a stack takes as given (`network.existing`) into the fake cloud, which refuses
 * what lies in a network that it does not know. Their addresses, routes and tags are nobody's to know here. What is
 * there already stays.
 */
export function placeExistingNetwork(store: CloudStore, { platform, network }: StackConfig): void {
  if (platform.kind !== "eks" || network.existing === undefined) {
    return;
  }
  const { vpcId, publicSubnetIds, privateSubnetIds, intraSubnetIds = [] } = network.existing;
  place(store, "aws:ec2/vpc:Vpc", vpcId, { enableDnsHostnames: true });
  for (const ids of [publicSubnetIds, privateSubnetIds, intraSubnetIds]) {
    ids.forEach((id, index) => {
      place(store, "aws:ec2/subnet:Subnet", id, { vpcId, availabilityZone: platform.zones[index] ?? "" });
    });
  }
}

function place(store: CloudStore, type: string, id: string, properties: Record<string, string | boolean>): void {
  if (store.get(type, id) === undefined) {
    store.put({ id, type, urn: `existing::${id}`, inputs: properties, outputs: { ...properties, id } });
  }
}
