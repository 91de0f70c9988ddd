import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Makes a NAT gateway with an address of its own in each of the given subnets.
 * @param subnets public ones: none, that of the first zone, or one in each zone
 */
export function createNatGateways(
  name: string,
  subnets: readonly aws.ec2.Subnet[],
  internet: aws.ec2.InternetGateway,
  parent: pulumi.ComponentResource,
): aws.ec2.NatGateway[] {
  return subnets.map((subnet, zone) => {
    const address = new aws.ec2.Eip(
      `${name}-nat-${zone}`,
      { domain: "vpc", tags: { Name: `${name}-nat-${zone}` } },
      // AWS refuses to detach an internet gateway while an address of the VPC is mapped.
      { parent, dependsOn: [internet] },
    );
    return new aws.ec2.NatGateway(
      `${name}-nat-${zone}`,
      { allocationId: address.id, subnetId: subnet.id, tags: { Name: `${name}-nat-${zone}` } },
      // A NAT gateway without an internet gateway fails, although it refers to none.
      { parent, dependsOn: [internet] },
    );
  });
}
