import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { isObject, stringAt, type KubernetesObject } from "../../mesh/kubernetes/fields.ts";

/** Pause before a stream that was cut is opened again: a restarted API server, an expired version. */
const REOPEN_MS = 200;

/**
 * Calls `onChange` for every object of a collection, now and at each change, until `signal` aborts. An API server that does
 * not answer is asked again and again: whoever started it notices that it is gone.
 * @param path of the collection in all namespaces, e.g. `/api/v1/services`
 */
export async function watchObjects(
  client: KubernetesClient,
  path: string,
  onChange: (object: KubernetesObject) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      // Version 0: the server first sends what is there as ADDED events, from its cache.
      const query = { watch: "1", resourceVersion: "0", allowWatchBookmarks: "false" };
      await client.stream(path, (event) => take(event, onChange), { query, signal });
    } catch {
      // The next stream begins with everything that is there, so nothing is missed.
    }
    await delay(REOPEN_MS, undefined, { signal }).catch(() => undefined);
  }
}

function take(event: unknown, onChange: (object: KubernetesObject) => void): void {
  const type = isObject(event) ? stringAt(event, "type") : undefined;
  const object = (isObject(event) ? event["object"] : undefined) as KubernetesObject | undefined;
  if (object === undefined || type === undefined) {
    return;
  }
  if (type === "ERROR") {
    throw new ApiError(410, "Expired", stringAt(object, "message") ?? "the watch ended");
  }
  if (type !== "DELETED") {
    onChange(object);
  }
}
