import type { KubernetesClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { listAt, objectAt, stringAt, type KubernetesObject } from "./object.ts";

/** How a kind is addressed: its plural resource name, and whether it lives in namespaces. */
export interface ResourceInfo {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** A kind that the API server does not serve. */
export class UnknownKindError extends Error {
  override readonly name = "UnknownKindError";
  constructor(
    readonly apiVersion: string,
    readonly kind: string,
  ) {
    super(`the API server does not serve ${apiVersion} ${kind}; is its CustomResourceDefinition installed?`);
  }
}

/** How long a kind may take to be served after its definition was applied, and how often we look. */
const SERVED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 150;

/** Asks the API server which kinds it serves; answers are kept, unknown kinds are asked for again. */
export class Discovery {
  readonly #client: KubernetesClient;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, ResourceInfo>>>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** The kind's address, or undefined while the server does not serve it. */
  async lookUp(apiVersion: string, kind: string): Promise<ResourceInfo | undefined> {
    const known = (await this.#kinds(apiVersion)).get(kind);
    if (known === undefined) {
      this.#groups.delete(apiVersion);
    }
    return known;
  }

  /**
   * The kind's address; waits for a definition that was applied a moment ago.
   * @throws UnknownKindError after 15 s.
   */
  async resolve(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceInfo> {
    const deadline = Date.now() + SERVED_WITHIN_MS;
    for (;;) {
      const known = await this.lookUp(apiVersion, kind);
      if (known !== undefined) {
        return known;
      }
      if (Date.now() > deadline || signal?.aborted === true) {
        throw new UnknownKindError(apiVersion, kind);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #kinds(apiVersion: string): Promise<ReadonlyMap<string, ResourceInfo>> {
    let kinds = this.#groups.get(apiVersion);
    if (kinds === undefined) {
      kinds = this.#ask(apiVersion);
      this.#groups.set(apiVersion, kinds);
      // A failed question must not be remembered as the answer.
      kinds.catch(() => this.#groups.delete(apiVersion));
    }
    return kinds;
  }

  async #ask(apiVersion: string): Promise<ReadonlyMap<string, ResourceInfo>> {
    let answer: KubernetesObject;
    try {
      answer = await this.#client.call("GET", groupPath(apiVersion));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 503)) {
        return new Map();
      }
      throw error;
    }
    const kinds = new Map<string, ResourceInfo>();
    for (const entry of listAt(answer, "resources")) {
      const resource = stringAt(entry, "name") ?? "";
      const kind = stringAt(entry, "kind") ?? "";
      // Subresources (`deployments/status`) share the kind's name.
      if (!resource.includes("/")) {
        kinds.set(kind, { apiVersion, kind, resource, namespaced: objectAt(entry)["namespaced"] === true });
      }
    }
    return kinds;
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a kind's collection; without a namespace: of all namespaces. */
export function collectionPath(info: ResourceInfo, namespace?: string): string {
  const scope = info.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(info.apiVersion)}${scope}/${info.resource}`;
}

/** Path of one object. A namespaced kind without a namespace lives in `default`. */
export function objectPath(info: ResourceInfo, metadata: { name?: string; namespace?: string }): string {
  return `${collectionPath(info, metadata.namespace ?? "default")}/${encodeURIComponent(metadata.name ?? "")}`;
}
