/** The stand-in for the `kubernetes` provider: objects and Helm releases on the sandbox's own API server. */
import type { Toolchain } from "../../contracts.ts";
import { ChartSources } from "../helm/chart-source.ts";
import { HelmCli } from "../helm/helm-cli.ts";
import { InstalledReleases } from "../helm/installed-release.ts";
import { ReleaseOperations } from "../helm/release-operations.ts";
import type { RepresentedRelease } from "../helm/release-outputs.ts";
import { serveProvider, type FaultRule } from "../protocol/index.ts";
import { Clusters } from "./clusters.ts";
import type { LoadBalancerHook } from "./load-balancer-controller.ts";
import type { JsonObject } from "./object.ts";
import { KubernetesProvider } from "./provider.ts";

export type { RepresentedRelease } from "../helm/release-outputs.ts";

/** The programs and files that the provider needs; a function where they are found or built at the first use. */
export type KubernetesTools = Pick<Toolchain, "helm" | "istioCrds">;

export interface KubernetesOptions {
  /** `https://127.0.0.1:PORT` of the sandbox's control plane: every other server is refused. Undefined: none runs. */
  readonly allowedServer: () => string | undefined;
  /** Kubeconfig of the sandbox's control plane, for programs that give their provider none. */
  readonly kubeconfigPath: () => string | undefined;
  /** Directory that is Helm's alone, e.g. `.sandbox/dev/helm`. */
  readonly helmHome: string;
  readonly toolchain: KubernetesTools | (() => Promise<KubernetesTools>);
  /** Operations that are made to go wrong; default: none. */
  readonly faults?: readonly FaultRule[];
  /** Region in the addresses of stand-in load balancers; default `us-east-1`. */
  readonly region?: string;
  /** Told of every load balancer of the AWS Load Balancer Controller that comes or goes. Default: nobody is. */
  readonly onLoadBalancer?: LoadBalancerHook;
  /** Directory that relative chart paths start from; default: the working directory. */
  readonly projectDir?: string;
}

export interface ServedKubernetes {
  /** `kubernetes:PORT`, for PULUMI_DEBUG_PROVIDERS. */
  readonly debugProviders: string;
  /**
   * The releases that are represented and not run; after a preview also those that would be. Ordered by id.
   * @param announced Inputs of releases that the engine may not have asked about: in a preview of a new cluster.
   */
  represented(announced?: readonly JsonObject[]): Promise<readonly RepresentedRelease[]>;
  /** Stops serving and ends every connection. */
  close(): Promise<void>;
}

/** Serves the provider on a free port of 127.0.0.1. Nothing connects to a cluster before something is applied. */
export async function serveKubernetes(options: KubernetesOptions): Promise<ServedKubernetes> {
  const { allowedServer, kubeconfigPath, helmHome, toolchain, faults = [], region = "us-east-1" } = options;
  const tools = typeof toolchain === "function" ? toolchain : () => Promise.resolve(toolchain);
  const clusters = new Clusters({ allowedServer, kubeconfigPath, region, onLoadBalancer: options.onLoadBalancer });
  const helm = new HelmCli(async () => (await tools()).helm, helmHome);
  const sources = new ChartSources(helm, options.projectDir ?? process.cwd());
  const releases = new ReleaseOperations(sources, new InstalledReleases(helm), async () => (await tools()).istioCrds);
  const served = await serveProvider(new KubernetesProvider(clusters, releases), { faults });
  return {
    debugProviders: served.debugProvider,
    represented: async (announced) => {
      const running = allowedServer() !== undefined && kubeconfigPath() !== undefined;
      return await releases.represented(running ? await clusters.get(undefined) : undefined, announced);
    },
    close: async () => {
      await served.close();
      await clusters.close();
    },
  };
}
