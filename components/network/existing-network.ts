import * as pulumi from "@pulumi/pulumi";
import type { NetworkConfig } from "../../mesh/aws/schema/network.ts";
import type { NetworkAccess } from "./network-access.ts";

/** Which network is used. */
export interface ExistingNetworkArgs {
  /** Ids of the VPC and its subnets. Plain. Source: `network.existing` of the stack's configuration. */
  readonly existing: NonNullable<NetworkConfig["existing"]>;
}

/** A VPC that another team keeps, with its subnets, routes and tags: nothing is made. */
export class ExistingNetwork extends pulumi.ComponentResource implements NetworkAccess {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly intraSubnetIds: pulumi.Output<string>[];

  constructor(name: string, args: ExistingNetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("ecommerce-mesh:network:ExistingNetwork", name, {}, options);
    const { vpcId, publicSubnetIds, privateSubnetIds, intraSubnetIds = privateSubnetIds } = args.existing;
    this.vpcId = pulumi.output(vpcId);
    this.publicSubnetIds = publicSubnetIds.map((id) => pulumi.output(id));
    this.privateSubnetIds = privateSubnetIds.map((id) => pulumi.output(id));
    this.intraSubnetIds = intraSubnetIds.map((id) => pulumi.output(id));
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      intraSubnetIds: this.intraSubnetIds,
    });
  }
}
