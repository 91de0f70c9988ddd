import * as pulumi from "@pulumi/pulumi";

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

/**
 * A resource's id, known only once other resources exist too: whatever is put into a subnet comes after its routes, and
 * goes before them. The URNs carry the dependency, because they are known in a preview: with the ids, a new endpoint
 * would make the subnet's id unknown, and every node group would be shown as replaced.
 */
export function idAfter(resource: pulumi.CustomResource, others: readonly pulumi.Resource[]): pulumi.Output<string> {
  return pulumi.all([resource.id, pulumi.all(others.map((other) => other.urn))]).apply(([id]) => id);
}
