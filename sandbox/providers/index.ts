import type { LoadBalancerChange } from "../contracts.ts";
import type { FaultRule } from "./protocol/index.ts";
import { serveProvider } from "./protocol/index.ts";
import { AwsProvider } from "./aws-provider.ts";
import { EksProvider } from "./cloud/eks/provider.ts";
import { followLoadBalancer } from "./cloud/load-balancers.ts";
import { RandomProvider } from "./cloud/random/index.ts";
import { CloudStore } from "./cloud/store.ts";
import { TlsProvider } from "./cloud/tls/index.ts";
import type { CloudHooks } from "./cloud/types.ts";

export { nodesOfNodeGroup } from "./cloud/nodes.ts";
export { CloudStore, type CloudObject } from "./cloud/store.ts";
export type { CloudHooks, ClusterAccess, NodeGroupChange } from "./cloud/types.ts";

export interface CloudOptions extends CloudHooks {
  /** JSON file that holds what exists in the fake cloud, e.g. `.sandbox/dev/cloud.json`. Made when missing. */
  readonly storePath: string;
  /** Operations that are made to go wrong; default: none. */
  readonly faults?: readonly FaultRule[];
  /** Versions of the published packages that the program uses; the defaults are those of package.json. */
  readonly versions?: { readonly aws: string; readonly kubernetes: string };
}

/** The fake cloud, ready for the engine. */
export interface ServedCloud {
  /** Value for PULUMI_DEBUG_PROVIDERS, e.g. `aws:41233,eks:41234,random:41235,tls:41236`. */
  readonly debugProviders: string;
  /** What exists. */
  readonly store: CloudStore;
  /**
   * Removes what a killed run made without the engine noting it, so that the next update can make it again.
   * @param urns URNs of the creations that were pending.
   * @param knownIds ids of these URNs that the engine's state does know (replacements): these stay.
   * @returns ids of what was removed.
   */
  forgetOrphans(urns: readonly string[], knownIds?: readonly string[]): Promise<readonly string[]>;
  /**
   * Records that the cluster made or took away a load balancer, with its network interfaces and security group.
   * @throws Error in the controller's words when no subnet is tagged for it.
   */
  followLoadBalancer(change: LoadBalancerChange): void;
  close(): Promise<void>;
}

/** Serves the fakes of aws, eks, random and tls from this process, on free ports of 127.0.0.1. */
export async function serveCloud(options: CloudOptions): Promise<ServedCloud> {
  const { storePath, faults = [], versions = { aws: "7.48.0", kubernetes: "4.34.2" } } = options;
  const store = new CloudStore(storePath);
  const aws = new AwsProvider(store, options);
  const providers = [aws, new EksProvider(options, versions), new RandomProvider(), new TlsProvider()];
  const served = await Promise.all(providers.map((provider) => serveProvider(provider, { faults })));
  return {
    debugProviders: served.map(({ debugProvider }) => debugProvider).join(","),
    store,
    forgetOrphans: async (urns, knownIds = []) => {
      const orphans = store.list().filter(({ urn, id }) => urns.includes(urn) && !knownIds.includes(id));
      // The latest first: what was made later may depend on what was made before.
      for (const orphan of orphans.toReversed()) {
        await aws.remove(orphan);
      }
      return orphans.map(({ id }) => id);
    },
    followLoadBalancer: (change) => followLoadBalancer(store, change),
    close: async () => {
      await Promise.all(served.map((provider) => provider.close()));
    },
  };
}
