import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { collectionPath, type ResourceInfo } from "./discovery.ts";
import { isObject, stringAt, type KubernetesObject } from "./object.ts";

/** What one look at an object says: undefined to look again at its next change. */
export type Decide<T> = (object: KubernetesObject | undefined) => T | undefined;

interface Listener {
  readonly changed: () => void;
  readonly failed: (error: Error) => void;
}

/** A stream that nobody listens to is kept this long, because the next waiter usually comes at once. */
const LINGER_MS = 2_000;

/**
 * One watch per kind for all who wait: dozens of resources await at the same time, and asking for each of them
 * five times a second would cost more than the rest of the run.
 */
export class WatchHub {
  readonly #client: KubernetesClient;
  readonly #collections = new Map<string, WatchedCollection>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /**
   * Resolves with the first answer of `decide` other than undefined; rejects when it throws, when `signal` aborts, or
   * when the API server is gone. `decide` sees undefined while the object is not there.
   */
  async until<T>(info: ResourceInfo, key: string, decide: Decide<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const collection = this.#collection(info);
    return await new Promise<T>((resolve, reject) => {
      const settle = (finish: () => void) => {
        collection.remove(listener);
        signal.removeEventListener("abort", aborted);
        finish();
      };
      const look = () => {
        try {
          const answer = decide(collection.objects.get(key));
          if (answer !== undefined) {
            settle(() => resolve(answer));
          }
        } catch (error) {
          const reason = error instanceof Error ? error : new Error(String(error));
          settle(() => reject(reason));
        }
      };
      const listener: Listener = { changed: look, failed: (error) => settle(() => reject(error)) };
      const aborted = () => settle(() => reject(signal.reason as Error));
      signal.addEventListener("abort", aborted, { once: true });
      collection.add(key, listener);
      look();
    });
  }

  /** Calls `onChange` for every object of a kind, now and at each change, until `signal` aborts. */
  forEach(info: ResourceInfo, onChange: (object: KubernetesObject) => void, signal: AbortSignal): void {
    const collection = this.#collection(info);
    const listener: Listener = { changed: () => undefined, failed: () => collection.remove(listener) };
    collection.addObserver(onChange, listener);
    signal.addEventListener("abort", () => collection.remove(listener), { once: true });
  }

  /** Ends every stream. */
  close(): void {
    for (const collection of this.#collections.values()) {
      collection.stop();
    }
    this.#collections.clear();
  }

  #collection(info: ResourceInfo): WatchedCollection {
    const path = collectionPath(info);
    let collection = this.#collections.get(path);
    if (collection === undefined || collection.stopped) {
      collection = new WatchedCollection(this.#client, path);
      this.#collections.set(path, collection);
    }
    return collection;
  }
}

/** Key of an object in its collection: `namespace/name`, or the name alone. */
export function watchKey(metadata: { name?: string; namespace?: string }): string {
  return metadata.namespace === undefined ? (metadata.name ?? "") : `${metadata.namespace}/${metadata.name ?? ""}`;
}

class WatchedCollection {
  readonly objects = new Map<string, KubernetesObject>();
  readonly #listeners = new Map<Listener, string | undefined>();
  readonly #observers = new Map<Listener, (object: KubernetesObject) => void>();
  readonly #abort = new AbortController();
  #lingering: NodeJS.Timeout | undefined;

  constructor(client: KubernetesClient, path: string) {
    void this.#run(client, path);
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  add(key: string | undefined, listener: Listener): void {
    clearTimeout(this.#lingering);
    this.#listeners.set(listener, key);
  }

  addObserver(onChange: (object: KubernetesObject) => void, listener: Listener): void {
    this.add(undefined, listener);
    this.#observers.set(listener, onChange);
    this.objects.forEach(onChange);
  }

  remove(listener: Listener): void {
    this.#observers.delete(listener);
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
      this.#lingering = setTimeout(() => this.stop(), LINGER_MS);
      this.#lingering.unref();
    }
  }

  stop(): void {
    clearTimeout(this.#lingering);
    this.#abort.abort();
  }

  async #run(client: KubernetesClient, path: string): Promise<void> {
    // A stream may be cut (a restarted API server, an expired version): it is opened anew once before waiters fail.
    let failures = 0;
    while (!this.#abort.signal.aborted) {
      try {
        // Version 0: the server first sends what is there as ADDED events, from its cache.
        const query = { watch: "1", resourceVersion: "0", allowWatchBookmarks: "false" };
        await client.stream(
          path,
          (event) => {
            failures = 0;
            this.#take(event);
          },
          { query, signal: this.#abort.signal },
        );
      } catch (error) {
        failures += 1;
        if (failures > 1) {
          this.#fail(error as Error);
          return;
        }
      }
      this.objects.clear();
      await delay(200);
    }
  }

  #take(event: unknown): void {
    const type = isObject(event) ? stringAt(event, "type") : undefined;
    const object = (isObject(event) ? event["object"] : undefined) as KubernetesObject | undefined;
    if (object === undefined || type === undefined) {
      return;
    }
    if (type === "ERROR") {
      throw new ApiError(410, "Expired", stringAt(object, "message") ?? "the watch ended");
    }
    const key = watchKey(object.metadata);
    if (type === "DELETED") {
      this.objects.delete(key);
    } else {
      this.objects.set(key, object);
      this.#observers.forEach((observer) => observer(object));
    }
    for (const [listener, wanted] of [...this.#listeners]) {
      if (wanted === key) {
        listener.changed();
      }
    }
  }

  #fail(error: Error): void {
    this.stop();
    for (const listener of [...this.#listeners.keys()]) {
      listener.failed(error);
    }
  }
}
