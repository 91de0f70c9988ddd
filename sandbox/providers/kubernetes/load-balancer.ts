import { createHash } from "node:crypto";
import type { KubernetesClient } from "./client.ts";
import { objectPath, type Discovery } from "./discovery.ts";
import { at, type KubernetesObject } from "./object.ts";
import { hasAddress } from "./readiness.ts";
import type { WatchHub } from "./watch-hub.ts";

/** Says on the object that nothing listens at its address. */
export const STAND_IN_ANNOTATION = "sandbox.ecommerce-mesh.dev/stand-in";

/**
 * Stands in for the cloud's load balancers: gives every Service of type LoadBalancer, and every Ingress, an address as
 * AWS would word it. Nothing listens there; the address is derived from the object, so it stays the same.
 */
export class LoadBalancerStandIn {
  readonly #client: KubernetesClient;
  readonly #discovery: Discovery;
  readonly #region: string;
  readonly #abort = new AbortController();
  #started: Promise<void> | undefined;

  constructor(client: KubernetesClient, discovery: Discovery, region: string) {
    this.#client = client;
    this.#discovery = discovery;
    this.#region = region;
  }

  /** Watches Services and Ingresses, also those that a chart makes; safe to call again. */
  async start(hub: WatchHub, onError: (error: Error) => void): Promise<void> {
    this.#started ??= this.#watch(hub, onError);
    await this.#started;
  }

  /** Stops watching. */
  stop(): void {
    this.#abort.abort();
  }

  async #watch(hub: WatchHub, onError: (error: Error) => void): Promise<void> {
    for (const [apiVersion, kind] of [
      ["v1", "Service"],
      ["networking.k8s.io/v1", "Ingress"],
    ] as const) {
      const info = await this.#discovery.resolve(apiVersion, kind);
      // A refused patch is reported, not thrown: the object's own wait then ends with its own error.
      hub.forEach(info, (object) => void this.#provide(object).catch(onError), this.#abort.signal);
    }
  }

  async #provide(object: KubernetesObject): Promise<void> {
    const wanted = object.kind === "Ingress" || at(object, "spec", "type") === "LoadBalancer";
    if (!wanted || hasAddress(object) || object.metadata.deletionTimestamp !== undefined) {
      return;
    }
    const info = await this.#discovery.resolve(object.apiVersion, object.kind);
    await this.#client.call("PATCH", `${objectPath(info, object.metadata)}/status`, {
      contentType: "application/merge-patch+json",
      body: {
        metadata: { annotations: { [STAND_IN_ANNOTATION]: "load balancer address: nothing listens there" } },
        status: { loadBalancer: { ingress: [{ hostname: loadBalancerHostname(object, this.#region) }] } },
      },
    });
  }
}

/** The address that the stand-in gives: stable for an object's namespace and name. */
export function loadBalancerHostname(object: KubernetesObject, region: string): string {
  const { namespace = "default", name = "unnamed" } = object.metadata;
  const hash = createHash("sha256").update(`${object.kind}/${namespace}/${name}`).digest("hex").slice(0, 16);
  // AWS cuts the name of a load balancer at 32 characters.
  return `${name.slice(0, 32)}-${hash}.elb.${region}.amazonaws.com`;
}
