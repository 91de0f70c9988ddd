import { serveCloud } from "../providers/cloud/index.ts";
import { serveKubernetes, type RepresentedRelease } from "../providers/kubernetes/index.ts";
import type { Toolchain } from "../contracts.ts";
import { placeExistingNetwork } from "./existing-network.ts";
import { recordedAccess, type LocalCluster } from "./local-cluster.ts";
import type { StackSession } from "./stack-session.ts";

/** Region of stand-in load balancers where the stack names none. */
const LOCAL_REGION = "local";

/** The stand-in providers of one command. */
export interface StandIns {
  /** For PULUMI_DEBUG_PROVIDERS. */
  readonly debugProviders: readonly string[];
  /** Releases that are represented and not run; in a preview of a new stack: those that would be. */
  represented(): Promise<readonly RepresentedRelease[]>;
  /** Removes what a killed run made in the stand-in cloud and did not get to record. */
  forgetOrphans(urns: readonly string[], knownIds: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Serves the stand-in providers on loopback. Without a cluster (in a preview) nothing can be applied. */
export async function serveStandIns(
  session: StackSession,
  toolchain: Toolchain,
  cluster?: LocalCluster,
): Promise<StandIns> {
  const { paths, stack, options } = session;
  const { platform } = stack.config;
  const served = serveCloud({
    storePath: paths.cloud,
    clusterAccess: async () => (cluster === undefined ? recordedAccess(paths.controlPlane) : cluster.access()),
    onNodeGroup: async (change) => cluster?.followNodeGroup(change),
    faults: options.faults,
  });
  const [cloud, kubernetes] = await Promise.all([
    served,
    serveKubernetes({
      allowedServer: () => cluster?.current?.server,
      kubeconfigPath: () => cluster?.current?.kubeconfig,
      helmHome: paths.helm,
      toolchain,
      faults: options.faults,
      region: platform.kind === "eks" ? platform.region : LOCAL_REGION,
      onLoadBalancer: async (change) => (await served).followLoadBalancer(change),
      projectDir: paths.projectDir,
    }),
  ]);
  if (cluster !== undefined) {
    placeExistingNetwork(cloud.store, stack.config);
  }
  return {
    debugProviders: [cloud.debugProviders, kubernetes.debugProviders],
    represented: async () => kubernetes.represented(cluster === undefined ? await announcedReleases(session) : []),
    forgetOrphans: (urns, knownIds) => cloud.forgetOrphans(urns, knownIds),
    async close() {
      await Promise.all([cloud.close(), kubernetes.close()]);
    },
  };
}

/** What the program will install: a preview of a new cluster ends before the engine asks the provider about any release. */
async function announcedReleases({ stack }: StackSession) {
  const [{ releaseArgs }, { stackReleases }, { clusterName }] = await Promise.all([
    import("../../components/kubernetes/helm-release.ts"),
    import("../../model/render.ts"),
    import("../../model/names.ts"),
  ]);
  return stackReleases(stack, clusterName(stack.name, stack.config)).map(releaseArgs);
}
