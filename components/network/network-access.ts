import type * as pulumi from "@pulumi/pulumi";

/** A network that a cluster can be put into: one of the stack's own, or one that exists. */
export interface NetworkAccess {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of the subnets for load balancers that face the internet, in the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  /** Ids of the subnets for nodes and pods, in the order of the zones. */
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** Ids of the subnets for the control plane's network interfaces, in the order of the zones. */
  readonly intraSubnetIds: pulumi.Output<string>[];
}
