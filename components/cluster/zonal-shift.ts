import type * as pulumi from "@pulumi/pulumi";

const CLUSTER_TYPE = "aws:eks/cluster:Cluster";

/**
 * Lets AWS move a cluster's traffic away from a zone that fails. `eks.Cluster` has no argument for it, so the engine lays it
 * over the cluster that the component registers. The engine calls it for the component and each of its children.
 */
export function withZonalShift(args: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
  return args.type === CLUSTER_TYPE
    ? { props: { ...args.props, zonalShiftConfig: { enabled: true } }, opts: args.opts }
    : undefined;
}
