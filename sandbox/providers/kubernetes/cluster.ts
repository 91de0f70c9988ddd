import { setTimeout as delay } from "node:timers/promises";
import { KubernetesClient } from "./client.ts";
import { explain, podProblems } from "./diagnose.ts";
import { Discovery, objectPath, type ResourceInfo } from "./discovery.ts";
import { ApiError, NotReadyError } from "./errors.ts";
import type { ServerAccess } from "./kubeconfig.ts";
import { LoadBalancerStandIn } from "./load-balancer.ts";
import type { LoadBalancerHook } from "./load-balancer-controller.ts";
import { describeObject, groupAndVersion, without, type KubernetesObject, type ObjectMeta } from "./object.ts";
import { isAwaited, readinessOf } from "./readiness.ts";
import { VolumeStandIn } from "./volumes.ts";
import { WatchHub, watchKey } from "./watch-hub.ts";

/** What names an object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** How long to wait, and who may end the waiting. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * A pod that the scheduler could not place for this long will not be placed: the sandbox's nodes come with the node
 * groups, and nothing scales them. The real provider would wait for its whole timeout (10 minutes).
 */
const UNSCHEDULABLE_MS = 40_000;
const LOOK_AT_PODS_EVERY_MS = 5_000;

/** How long an object that is being deleted may take before another of its name can be made. */
const TERMINATION_MS = 60_000;

/** The sandbox's API server, seen as objects: apply, wait until ready, read, remove and wait until gone. */
export class Cluster {
  readonly access: ServerAccess;
  readonly client: KubernetesClient;
  readonly discovery: Discovery;
  readonly hub: WatchHub;
  readonly #loadBalancers: LoadBalancerStandIn;
  readonly #volumes: VolumeStandIn;

  constructor(access: ServerAccess, region: string, onLoadBalancer?: LoadBalancerHook) {
    this.access = access;
    this.client = new KubernetesClient(access);
    this.discovery = new Discovery(this.client);
    this.hub = new WatchHub(this.client);
    this.#loadBalancers = new LoadBalancerStandIn(this.client, this.discovery, region, onLoadBalancer);
    this.#volumes = new VolumeStandIn(this.client, this.discovery);
  }

  /**
   * Server-side apply. An object that exists, also one left by a killed run, is taken over; keys that the kind does
   * not know are refused in the API server's words.
   */
  async apply(object: KubernetesObject, fieldManager: string, signal?: AbortSignal): Promise<KubernetesObject> {
    return await this.applyManifest(object, object, fieldManager, signal);
  }

  /**
   * Server-side apply of a manifest that was not parsed.
   * @param body The object, or its YAML.
   */
  async applyManifest(
    ref: ObjectRef,
    body: KubernetesObject | string,
    fieldManager: string,
    signal?: AbortSignal,
  ): Promise<KubernetesObject> {
    const info = await this.discovery.resolve(ref.apiVersion, ref.kind, signal);
    const query = { fieldManager, force: "true", fieldValidation: "Strict" };
    const call = { query, body, contentType: "application/apply-patch+yaml", signal };
    for (let attempt = 1; ; attempt++) {
      try {
        const applied = await this.client.call("PATCH", objectPath(info, ref.metadata), call);
        if (applied.metadata.deletionTimestamp === undefined) {
          return withoutManagedFields(applied);
        }
        // Somebody, e.g. a `destroy` that was killed, has deleted the object: what we applied goes with it.
        await this.#waitGone(info, applied, { timeoutMs: TERMINATION_MS, signal });
      } catch (error) {
        // A definition that became Established a moment ago answers 404 until its handler runs; a conflict with a
        // controller's write is the server's race, not a difference of opinion.
        const passing = error instanceof ApiError && (isUnserved(error) || error.reason === "Conflict");
        if (!passing || attempt > 20 || signal?.aborted === true) {
          throw error;
        }
        await delay(100);
      }
    }
  }

  /** The live object; undefined when it, or its kind, is not there. */
  async find(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const info = await this.discovery.lookUp(ref.apiVersion, ref.kind);
    const live = info === undefined ? undefined : await this.client.find(objectPath(info, ref.metadata));
    return live === undefined ? undefined : withoutManagedFields(live);
  }

  /**
   * Waits until an applied object is ready; returns the live object.
   * @throws NotReadyError with the pod and the reason.
   */
  async waitReady(applied: KubernetesObject, options: WaitOptions): Promise<KubernetesObject> {
    if (!isAwaited(applied) || readinessOf(applied).state === "ready") {
      return applied;
    }
    if (applied.kind === "Service" || applied.kind === "Ingress") {
      await this.startStandIns();
    }
    const info = await this.discovery.resolve(applied.apiVersion, applied.kind, options.signal);
    const began = Date.now();
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(new Error("timeout")), options.timeoutMs);
    const podWatch = this.#watchPods(applied, giveUp);
    const signals = options.signal === undefined ? [giveUp.signal] : [giveUp.signal, options.signal];
    let last = applied;
    try {
      return await this.hub.until(
        info,
        watchKey(applied.metadata),
        (object) => {
          last = object ?? last;
          return judge(applied, object);
        },
        AbortSignal.any(signals),
      );
    } catch (error) {
      if (error instanceof NotReadyError || giveUp.signal.aborted) {
        throw await this.#notReady(last, Date.now() - began);
      }
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(podWatch);
    }
  }

  /**
   * Deletes an object and waits until it is gone. One that is gone already is fine.
   * @param propagation `Foreground`, `Background` or `Orphan`. Default: `Foreground`, and `Background` for custom resources.
   */
  async remove(ref: ObjectRef, options: WaitOptions & { propagation?: string }): Promise<void> {
    const info = await this.discovery.lookUp(ref.apiVersion, ref.kind);
    if (info === undefined) {
      return;
    }
    if (["Service", "Ingress", "Namespace"].includes(ref.kind)) {
      // A Service with a load balancer waits for its controller, which the stand-in plays.
      await this.startStandIns();
    }
    const path = objectPath(info, ref.metadata);
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: options.propagation ?? defaultPropagation(ref),
    };
    try {
      await this.client.call("DELETE", path, { body, signal: options.signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return;
      }
      throw error;
    }
    await this.#waitGone(info, ref, options);
  }

  /** Has whoever plays the cloud watch from now on: objects of a chart are seen by them alone. */
  async startStandIns(): Promise<void> {
    await this.#loadBalancers.start(this.hub, () => undefined);
    await this.#volumes.start(this.hub, () => undefined);
  }

  /** Ends every connection. */
  close(): void {
    this.#volumes.stop();
    this.#loadBalancers.stop();
    this.hub.close();
    this.client.close();
  }

  async #waitGone(info: ResourceInfo, ref: ObjectRef, options: WaitOptions): Promise<void> {
    const deadline = Date.now() + options.timeoutMs;
    const uid = ref.metadata.uid;
    for (let pause = 25; ; pause = Math.min(pause * 2, 400)) {
      const live = await this.client.find(objectPath(info, ref.metadata), { signal: options.signal });
      if (live === undefined || (uid !== undefined && live.metadata.uid !== uid)) {
        return;
      }
      if (Date.now() > deadline) {
        const finalizers = live.metadata["finalizers"];
        const why = Array.isArray(finalizers) ? `; it waits for its finalizers ${finalizers.join(", ")}` : "";
        throw new Error(`${describeObject(live)} is still there after ${options.timeoutMs / 1000} s${why}`);
      }
      await delay(pause, undefined, { signal: options.signal });
    }
  }

  #watchPods(applied: KubernetesObject, giveUp: AbortController): NodeJS.Timeout {
    return setInterval(() => {
      podProblems(this.client, applied).then(
        (problems) => {
          const since = problems.map((problem) => problem.unschedulableSince).filter((time) => time !== undefined);
          if (since.length > 0 && Date.now() - Math.min(...since) > UNSCHEDULABLE_MS) {
            giveUp.abort(new Error("unschedulable"));
          }
        },
        // The wait itself notices an API server that is gone.
        () => undefined,
      );
    }, LOOK_AT_PODS_EVERY_MS);
  }

  async #notReady(live: KubernetesObject, waitedMs: number): Promise<NotReadyError> {
    const readiness = readinessOf(live);
    const why = readiness.state === "ready" ? "it changed while being waited for" : readiness.why;
    const reason = await explain(this.client, live);
    const spent = `after ${Math.round(waitedMs / 1000)} s`;
    return new NotReadyError(`${describeObject(live)} did not become ready (${spent}): ${why}; ${reason}`, live);
  }
}

function judge(applied: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject | undefined {
  // The watch's first answers may be older than what we applied.
  if (live === undefined || (live.metadata.generation ?? 0) < (applied.metadata.generation ?? 0)) {
    return undefined;
  }
  const readiness = readinessOf(live);
  if (readiness.state === "failed") {
    throw new NotReadyError(readiness.why, live);
  }
  return readiness.state === "ready" ? withoutManagedFields(live) : undefined;
}

/**
 * The garbage collector, who ends a foreground deletion, looks for new kinds every 30 seconds only; objects of a custom
 * resource have no dependents that could be waited for.
 */
function defaultPropagation(ref: ObjectRef): "Foreground" | "Background" {
  const [group] = groupAndVersion(ref.apiVersion);
  return group.includes(".") && !group.endsWith(".k8s.io") ? "Background" : "Foreground";
}

/** A 404 for a whole path, not for an object: the API server's plain "404 page not found". */
function isUnserved(error: ApiError): boolean {
  return error.status === 404 && error.message.includes("page not found");
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: without(object.metadata, "managedFields") };
}
