import type { LoadBalancerHook } from "./load-balancer-controller.ts";
import { KubernetesClient } from "./client.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { LoadBalancerStandIn } from "./load-balancer.ts";
import { VolumeStandIn } from "./volumes.ts";

/** What a cloud does for a cluster, and nobody does here. */
export interface CloudControllerOptions {
  /** Path of the cluster's kubeconfig. */
  readonly kubeconfig: string;
  /** Region in the addresses of load balancers. */
  readonly region: string;
  /** Directory of the volumes' folders. */
  readonly volumesDir: string;
  /** Follows load balancers into the fake cloud. */
  readonly onLoadBalancer: LoadBalancerHook;
  /** Told of what could not be done. */
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** Gives load balancers and volumes to the cluster until the signal aborts. */
export async function runCloudControllers(options: CloudControllerOptions): Promise<void> {
  const { region, onLoadBalancer: hook, volumesDir: dir, onError, signal } = options;
  const client = new KubernetesClient(await readKubeconfig(options.kubeconfig));
  try {
    await Promise.all([
      new LoadBalancerStandIn(client, { region, hook, onError, signal }).run(),
      new VolumeStandIn(client, { dir, onError, signal }).run(),
    ]);
  } finally {
    client.close();
  }
}
