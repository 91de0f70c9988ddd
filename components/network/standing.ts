import * as pulumi from "@pulumi/pulumi";

/**
 * A resource's id, known only once other resources stand too: whatever is put into a subnet comes after its routes, and
 * goes before them. The URNs carry the dependency, because they are known in a preview: with the ids, a new endpoint
 * would make the subnet's id unknown, and every node group would be shown as replaced.
 */
export function idOnceStanding(
  resource: pulumi.CustomResource,
  others: readonly pulumi.Resource[],
): pulumi.Output<string> {
  return pulumi.all([resource.id, pulumi.all(others.map((other) => other.urn))]).apply(([id]) => id);
}
