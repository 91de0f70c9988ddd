import type { Cluster } from "./cluster.ts";
import { assertAllowedServer, readKubeconfig } from "./kubeconfig.ts";
import type { LoadBalancerHook } from "./load-balancer-controller.ts";

/** Where the sandbox's API server is; asked only when something has to be applied, as a preview runs without one. */
export interface ClusterSource {
  /** `https://127.0.0.1:PORT` of the sandbox's control plane; undefined while there is none. */
  readonly allowedServer: () => string | undefined;
  /** Kubeconfig used when the program gives its provider none. */
  readonly kubeconfigPath: () => string | undefined;
  /** Region in the addresses of stand-in load balancers. */
  readonly region: string;
  /** Follows load balancers into the stand-in cloud. Default: nothing follows them. */
  readonly onLoadBalancer?: LoadBalancerHook | undefined;
}

/** The connections of one run: usually one, as all provider resources of a program point at one cluster. */
export class Clusters {
  readonly #source: ClusterSource;
  readonly #byKubeconfig = new Map<string, Promise<Cluster>>();

  constructor(source: ClusterSource) {
    this.#source = source;
  }

  /**
   * The cluster that a kubeconfig names.
   * @param kubeconfig Path, text or object; undefined: the sandbox's own.
   * @throws SandboxError `kubernetes.foreign-server` for any other cluster than the sandbox's.
   */
  async get(kubeconfig: unknown, context?: string): Promise<Cluster> {
    const source = kubeconfig ?? this.#source.kubeconfigPath();
    const key = JSON.stringify([source, context]);
    let cluster = this.#byKubeconfig.get(key);
    if (cluster === undefined) {
      cluster = this.#connect(source, context);
      this.#byKubeconfig.set(key, cluster);
      // The control plane may be up at the next call.
      cluster.catch(() => this.#byKubeconfig.delete(key));
    }
    return await cluster;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const clusters = await Promise.allSettled(this.#byKubeconfig.values());
    this.#byKubeconfig.clear();
    for (const cluster of clusters) {
      if (cluster.status === "fulfilled") {
        cluster.value.close();
      }
    }
  }

  async #connect(source: unknown, context: string | undefined): Promise<Cluster> {
    const access = await readKubeconfig(source, context);
    assertAllowedServer(access.server, this.#source.allowedServer());
    // Loaded here, because a preview never comes here.
    const { Cluster } = await import("./cluster.ts");
    return new Cluster(access, this.#source.region, this.#source.onLoadBalancer);
  }
}
