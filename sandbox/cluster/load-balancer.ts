import { createHash } from "node:crypto";
import type { KubernetesClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { controlService, isControlled, isHeld, warn, type LoadBalancerHook } from "./load-balancer-controller.ts";
import { FAKE_ANNOTATION } from "./marks.ts";
import { at, listAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";
import { watchObjects } from "./watch.ts";

/** Pause before the fake looks again at a Service that could not be served: its controller may be on its way. */
const RETRY_MS = 1_000;

/** Collections of the objects that may have a load balancer. */
const COLLECTIONS = [
  ["/api/v1", "services"],
  ["/apis/networking.k8s.io/v1", "ingresses"],
] as const;

/** Where load balancers come from. */
export interface LoadBalancerOptions {
  /** Region in the addresses. */
  readonly region: string;
  /** Follows a load balancer of the AWS Load Balancer Controller into the fake cloud. */
  readonly hook: LoadBalancerHook;
  /** Told of what could not be done; it is tried again. */
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

/**
 * Stands in for the cloud's load balancers: gives every Service of type LoadBalancer, and every Ingress, an address as
 * AWS would word it. Nothing listens there; the address is derived from the object, so it stays the same. Services of
 * the AWS Load Balancer Controller's class are served only while that controller is there, and go only after it has
 * taken their load balancers out of the fake cloud.
 */
export class LoadBalancerStandIn {
  readonly #client: KubernetesClient;
  readonly #options: LoadBalancerOptions;
  /** One object at a time: its events come faster than they are answered. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #told = new Set<string>();

  constructor(client: KubernetesClient, options: LoadBalancerOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Watches Services and Ingresses, also those that a chart makes, until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    await Promise.all(
      COLLECTIONS.map(async ([group, resource]) =>
        watchObjects(
          this.#client,
          `${group}/${resource}`,
          (object) => {
            const { namespace = "default", name = "" } = object.metadata;
            this.#enqueue(`${group}/namespaces/${namespace}/${resource}/${name}`, object);
          },
          signal,
        ),
      ),
    );
  }

  /** A refused patch is reported, not thrown: the object's own wait then ends with its own error. */
  #enqueue(path: string, object: KubernetesObject): void {
    if (!isServed(object)) {
      return;
    }
    const before = this.#turns.get(path) ?? Promise.resolve();
    const turn = before.then(() => this.#serve(path)).catch(this.#options.onError);
    this.#turns.set(path, turn);
  }

  async #serve(path: string): Promise<void> {
    const object = this.#options.signal.aborted ? undefined : await this.#client.find(path);
    if (object === undefined || !isServed(object) || !isWaiting(object)) {
      return;
    }
    try {
      if (isControlled(object) && !(await this.#control(path, object))) {
        this.#later(path, object);
        return;
      }
    } catch (error) {
      this.#later(path, object);
      await this.#tell(object, error);
      return;
    }
    if (object.metadata.deletionTimestamp === undefined && !hasAddress(object)) {
      await this.#address(path, object);
    }
  }

  async #control(path: string, object: KubernetesObject): Promise<boolean> {
    const { region, hook } = this.#options;
    return await controlService(this.#client, path, object, hook, loadBalancerHostname(object, region));
  }

  async #address(path: string, object: KubernetesObject): Promise<void> {
    await this.#client.call("PATCH", `${path}/status`, {
      contentType: "application/merge-patch+json",
      body: {
        metadata: { annotations: { [FAKE_ANNOTATION]: "load balancer address: nothing listens there" } },
        status: { loadBalancer: { ingress: [{ hostname: loadBalancerHostname(object, this.#options.region) }] } },
      },
    });
  }

  #later(path: string, object: KubernetesObject): void {
    if (!this.#options.signal.aborted) {
      setTimeout(() => this.#enqueue(path, object), RETRY_MS).unref();
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

/** Whether there is something to do: an address to give, or a controller's Service to hold or to let go. */
function isWaiting(object: KubernetesObject): boolean {
  const leaving = object.metadata.deletionTimestamp !== undefined;
  if (isControlled(object)) {
    return leaving ? isHeld(object) : !isHeld(object) || !hasAddress(object);
  }
  return !leaving && !hasAddress(object);
}

/** Whether a Service or Ingress has been given the address of a load balancer. */
function hasAddress(object: KubernetesObject): boolean {
  return listAt(object, "status", "loadBalancer", "ingress").length > 0;
}

/** The address that the fake gives: stable for an object's namespace and name. */
export function loadBalancerHostname(object: KubernetesObject, region: string): string {
  const { namespace = "default", name = "unnamed" } = object.metadata;
  const hash = createHash("sha256").update(`${object.kind}/${namespace}/${name}`).digest("hex").slice(0, 16);
  // AWS cuts the name of a load balancer at 32 characters.
  return `${name.slice(0, 32)}-${hash}.elb.${region}.amazonaws.com`;
}
