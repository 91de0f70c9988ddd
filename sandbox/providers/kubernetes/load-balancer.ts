import { createHash } from "node:crypto";
import type { KubernetesClient } from "./client.ts";
import { objectPath, type Discovery, type ResourceInfo } from "./discovery.ts";
import { ApiError } from "./errors.ts";
import { controlService, isControlled, isHeld, warn, type LoadBalancerHook } from "./load-balancer-controller.ts";
import { at, type KubernetesObject } from "./object.ts";
import { hasAddress } from "./readiness.ts";
import type { WatchHub } from "./watch-hub.ts";

/** Says on the object that nothing listens at its address. */
export const STAND_IN_ANNOTATION = "sandbox.ecommerce-mesh.dev/stand-in";

/** Pause before the stand-in looks again at a Service that could not be served: its controller may be on its way. */
const RETRY_MS = 1_000;

/**
 * Stands in for the cloud's load balancers: gives every Service of type LoadBalancer, and every Ingress, an address as
 * AWS would word it. Nothing listens there; the address is derived from the object, so it stays the same. Services of
 * the AWS Load Balancer Controller's class are served only while that controller is there, and go only after it has
 * taken their load balancers out of the stand-in cloud.
 */
export class LoadBalancerStandIn {
  readonly #client: KubernetesClient;
  readonly #discovery: Discovery;
  readonly #region: string;
  readonly #hook: LoadBalancerHook;
  readonly #abort = new AbortController();
  /** One object at a time: its events come faster than they are answered. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();
  #started: Promise<void> | undefined;

  constructor(
    client: KubernetesClient,
    discovery: Discovery,
    region: string,
    hook: LoadBalancerHook = () => undefined,
  ) {
    this.#client = client;
    this.#discovery = discovery;
    this.#region = region;
    this.#hook = hook;
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
      hub.forEach(info, (object) => this.#enqueue(info, object, onError), this.#abort.signal);
    }
  }

  /** A refused patch is reported, not thrown: the object's own wait then ends with its own error. */
  #enqueue(info: ResourceInfo, object: KubernetesObject, onError: (error: Error) => void): void {
    if (!isServed(object)) {
      return;
    }
    const path = objectPath(info, object.metadata);
    const before = this.#turns.get(path) ?? Promise.resolve();
    const turn = before.then(() => this.#serve(info, path, onError)).catch(onError);
    this.#turns.set(path, turn);
  }

  async #serve(info: ResourceInfo, path: string, onError: (error: Error) => void): Promise<void> {
    const object = this.#abort.signal.aborted ? undefined : await this.#client.find(path);
    if (object === undefined || !isServed(object) || !this.#isWaiting(object)) {
      return;
    }
    try {
      if (isControlled(object) && !(await this.#control(path, object))) {
        this.#later(info, object, onError);
        return;
      }
    } catch (error) {
      this.#later(info, object, onError);
      await this.#tell(object, error);
      return;
    }
    if (object.metadata.deletionTimestamp === undefined && !hasAddress(object)) {
      await this.#address(path, object);
    }
  }

  /** Whether there is something to do: an address to give, or a controller's Service to hold or to let go. */
  #isWaiting(object: KubernetesObject): boolean {
    const leaving = object.metadata.deletionTimestamp !== undefined;
    if (isControlled(object)) {
      return leaving ? isHeld(object) : !isHeld(object) || !hasAddress(object);
    }
    return !leaving && !hasAddress(object);
  }

  async #control(path: string, object: KubernetesObject): Promise<boolean> {
    const hostname = loadBalancerHostname(object, this.#region);
    return await controlService(this.#client, path, object, this.#hook, hostname);
  }

  async #address(path: string, object: KubernetesObject): Promise<void> {
    await this.#client.call("PATCH", `${path}/status`, {
      contentType: "application/merge-patch+json",
      body: {
        metadata: { annotations: { [STAND_IN_ANNOTATION]: "load balancer address: nothing listens there" } },
        status: { loadBalancer: { ingress: [{ hostname: loadBalancerHostname(object, this.#region) }] } },
      },
    });
  }

  #later(info: ResourceInfo, object: KubernetesObject, onError: (error: Error) => void): void {
    if (!this.#abort.signal.aborted) {
      setTimeout(() => this.#enqueue(info, object, onError), RETRY_MS).unref();
    }
  }

  async #tell(object: KubernetesObject, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const key = `${object.metadata.uid ?? ""} ${message}`;
    const passing = error instanceof ApiError && error.reason === "Conflict";
    if (!passing && !this.#told.has(key)) {
      this.#told.add(key);
      await warn(this.#client, object, message);
    }
  }
}

/** Services of another class than the controller's are nobody's here, as they would be on AWS. */
function isServed(object: KubernetesObject): boolean {
  if (object.kind === "Ingress") {
    return true;
  }
  const unclassed = at(object, "spec", "loadBalancerClass") === undefined;
  return at(object, "spec", "type") === "LoadBalancer" && (unclassed || isControlled(object));
}

/** The address that the stand-in gives: stable for an object's namespace and name. */
export function loadBalancerHostname(object: KubernetesObject, region: string): string {
  const { namespace = "default", name = "unnamed" } = object.metadata;
  const hash = createHash("sha256").update(`${object.kind}/${namespace}/${name}`).digest("hex").slice(0, 16);
  // AWS cuts the name of a load balancer at 32 characters.
  return `${name.slice(0, 32)}-${hash}.elb.${region}.amazonaws.com`;
}
