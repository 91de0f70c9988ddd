import { CloudStore } from "../providers/index.ts";

const CLUSTER = "aws:eks/cluster:Cluster";

/**
 * Takes the deletion protection off every cluster of the fake cloud: what `pulumi up` does before a destroy when
 * `cluster.deletionProtection` has been set to false. On AWS it guards a cluster that somebody uses; here nobody does.
 * @param path the fake cloud's file
 * @returns how many had it
 */
export function unprotectClusters(path: string): number {
  const store = new CloudStore(path);
  const guarded = store.list(CLUSTER).filter(({ inputs }) => inputs["deletionProtection"] === true);
  guarded.forEach((cluster) => store.put({ ...cluster, inputs: { ...cluster.inputs, deletionProtection: false } }));
  return guarded.length;
}
