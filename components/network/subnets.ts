import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { SubnetPlan, SubnetTier } from "../../mesh/aws/network/subnets.ts";

/** The subnets of a VPC by tier, each list in the order of the zones. */
export type Subnets = Readonly<Record<SubnetTier, readonly aws.ec2.Subnet[]>>;

/** Makes the subnets of a plan, with the tags by which EKS, load balancers and Karpenter find them. */
export function createSubnets(
  name: string,
  args: { readonly vpc: aws.ec2.Vpc; readonly plans: readonly SubnetPlan[]; readonly clusterName: string },
  parent: pulumi.ComponentResource,
): Subnets {
  const ofTier = (tier: SubnetTier) =>
    args.plans
      .filter((plan) => plan.tier === tier)
      .map(
        (plan) =>
          new aws.ec2.Subnet(
            `${name}-${tier}-${plan.zoneIndex}`,
            {
              vpcId: args.vpc.id,
              cidrBlock: plan.cidr,
              availabilityZone: plan.zone,
              // NAT gateways and load balancers bring their own addresses; a machine that lands here by mistake gets none.
              mapPublicIpOnLaunch: false,
              tags: { Name: `${name}-${tier}-${plan.zone}`, ...discoveryTags(tier, args.clusterName) },
            },
            { parent },
          ),
      );
  return { public: ofTier("public"), private: ofTier("private"), intra: ofTier("intra") };
}

/**
 * Tags that others look for. Source: EKS user guide, subnet requirements; AWS Load Balancer Controller, subnet
 * discovery; Karpenter, `subnetSelectorTerms`. Subnets of the control plane carry none: nothing else may land there.
 */
function discoveryTags(tier: SubnetTier, clusterName: string): Record<string, string> {
  const shared = { [`kubernetes.io/cluster/${clusterName}`]: "shared" };
  switch (tier) {
    case "public":
      return { "kubernetes.io/role/elb": "1", ...shared };
    case "private":
      return { "kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": clusterName, ...shared };
    case "intra":
      return {};
  }
}
