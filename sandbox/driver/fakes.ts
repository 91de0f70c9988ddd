import { runCloudControllers } from "../cluster/cloud-controllers.ts";
import { serveCloud } from "../providers/index.ts";
import { placeExistingNetwork } from "./existing-network.ts";
import { clusterAccess, type LocalCluster } from "./local-cluster.ts";
import type { StackSession } from "./stack-session.ts";

/** Region of fake load balancers where the stack names none. */
const LOCAL_REGION = "local";

/** The fake cloud of one command. */
export interface Fakes {
  /** For PULUMI_DEBUG_PROVIDERS. */
  readonly debugProviders: readonly string[];
  /** Removes what a killed run made in the fake cloud and did not get to record. */
  forgetOrphans(urns: readonly string[], knownIds: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Serves the fake providers on loopback, and the cloud's part in the cluster where there is one.
 * @param kubeconfig path of the one that the program gets
 */
export async function serveFakes(session: StackSession, kubeconfig: string, cluster?: LocalCluster): Promise<Fakes> {
  const { paths, stack, options } = session;
  const { platform } = stack.config;
  const cloud = await serveCloud({
    storePath: paths.cloud,
    async clusterAccess() {
      await cluster?.ready();
      return clusterAccess(kubeconfig);
    },
    onNodeGroup: async (change) => cluster?.followNodeGroup(change),
    faults: options.faults,
  });
  const ended = new AbortController();
  if (cluster !== undefined) {
    placeExistingNetwork(cloud.store, stack.config);
    const onError = (error: Error): void =>
      options.progress({ phase: "cloud controllers", message: error.message.split("\n")[0] ?? "" });
    cluster
      .ready()
      .then(async (plane) =>
        runCloudControllers({
          kubeconfig: plane.kubeconfig,
          region: platform.kind === "eks" ? platform.region : LOCAL_REGION,
          volumesDir: paths.volumes,
          onLoadBalancer: (change) => cloud.followLoadBalancer(change),
          onError,
          signal: ended.signal,
        }),
      )
      // A control plane that does not start is reported by whoever needs it first.
      .catch(() => undefined);
  }
  return {
    debugProviders: [cloud.debugProviders],
    forgetOrphans: (urns, knownIds) => cloud.forgetOrphans(urns, knownIds),
    async close() {
      ended.abort();
      await cloud.close();
    },
  };
}
