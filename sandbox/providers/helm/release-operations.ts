import { createHash, randomBytes } from "node:crypto";
import {
  containsUnknowns,
  diffProperties,
  InitFailed,
  Refusal,
  toPlainMap,
  unwrap,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type PropertyMap,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
} from "../protocol/index.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import { reasonOf } from "../kubernetes/resource-operations.ts";
import type { JsonObject } from "../kubernetes/object.ts";
import type { ChartSources } from "./chart-source.ts";
import { HelmError } from "./helm-cli.ts";
import type { InstalledRelease, InstalledReleases, ReleaseRef } from "./installed-release.ts";
import { listInventories, readInventory, type Inventory } from "./inventory.ts";
import { applyRepresented, removeRepresented } from "./represented-release.ts";
import {
  chartName,
  DEFAULT_TIMEOUT_SECONDS,
  releaseId,
  releaseSpec,
  resourceNames,
  unsupportedInputs,
  type ReleaseSpec,
} from "./release-spec.ts";

/** The resource type of a Helm release. */
export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** A release whose chart could not be fetched: represented by pods and not run. */
export interface RepresentedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  /** Why the chart could not be had. */
  readonly reason: string;
}

/** Helm releases: run by the real Helm where the chart can be had, represented where it cannot. */
export class ReleaseOperations {
  readonly #sources: ChartSources;
  readonly #installed: InstalledReleases;
  readonly #istioCrds: () => Promise<string>;
  readonly #checked = new Map<string, ReleaseSpec>();

  constructor(sources: ChartSources, installed: InstalledReleases, istioCrds: () => Promise<string>) {
    this.#sources = sources;
    this.#installed = installed;
    this.#istioCrds = istioCrds;
  }

  /** Completes inputs: name, namespace, timeout. Needs no cluster. */
  check(request: CheckRequest, defaultNamespace: string): CheckResult {
    const { news } = request;
    const unsupported = unsupportedInputs(news).map((property) => ({
      property,
      reason: "the sandbox's stand-in for Helm releases does not support this input",
    }));
    const missing = isBlank(news["chart"]) ? [{ property: "chart", reason: "a release needs a chart" }] : [];
    const name = isBlank(news["name"]) ? (unwrap(request.olds["name"]) ?? generatedName(request)) : news["name"];
    const namespace = isBlank(news["namespace"]) ? defaultNamespace : news["namespace"];
    const timeout = news["timeout"] ?? DEFAULT_TIMEOUT_SECONDS;
    const waits = unwrap(news["skipAwait"]) === true ? {} : { timeout };
    const inputs = { ...news, name, namespace, ...waits };
    this.#announce(inputs);
    return { inputs, failures: [...missing, ...unsupported] };
  }

  /** Compares inputs, values path by path; another name, namespace or repository is another release. */
  diff(request: DiffRequest): DiffResult {
    const oldInputs = withoutOutputs(request.oldInputs);
    const replaceOn = ["name", "namespace", "repositoryOpts.repo"];
    const sameRelease = ["name", "namespace"].every((key) => unwrap(oldInputs[key]) === unwrap(request.news[key]));
    return diffProperties(oldInputs, withoutOutputs(request.news), {
      replaceOn,
      ignoreChanges: request.ignoreChanges,
      deleteBeforeReplace: sameRelease,
    });
  }

  async create(request: CreateRequest, cluster: () => Promise<Cluster>): Promise<CreateResult> {
    if (request.preview) {
      return { id: "", outputs: request.inputs };
    }
    return await this.#apply(request.inputs, request, await this.#reach(request.inputs, cluster));
  }

  async update(request: UpdateRequest, cluster: () => Promise<Cluster>): Promise<{ outputs: PropertyMap }> {
    if (request.preview) {
      return { outputs: request.news };
    }
    const { outputs } = await this.#apply(request.news, request, await this.#reach(request.news, cluster));
    return { outputs };
  }

  async read(request: ReadRequest, connect: () => Promise<Cluster>): Promise<ReadResult> {
    const ref = parseId(request.id);
    const cluster = await this.#reach(request.inputs, connect);
    const inventory = await readInventory(cluster, ref);
    if (inventory !== undefined) {
      return {
        id: request.id,
        inputs: request.inputs,
        outputs: { ...request.inputs, ...representedOutputs(inventory) },
      };
    }
    const installed = await this.#installed.find(ref, cluster.access, request.signal);
    return installed === undefined
      ? { id: "", inputs: {}, outputs: {} }
      : { id: request.id, inputs: request.inputs, outputs: { ...request.inputs, ...installedOutputs(ref, installed) } };
  }

  async delete(request: DeleteRequest, connect: () => Promise<Cluster>): Promise<void> {
    const ref = parseId(request.id);
    const spec = releaseSpec(toPlainMap(request.inputs), request.timeoutSeconds);
    const cluster = await this.#reach(request.inputs, connect);
    await refusing(`uninstall release ${releaseId(ref)}`, async () => {
      const inventory = await readInventory(cluster, ref);
      await (inventory === undefined
        ? this.#installed.uninstall(ref, spec.timeoutSeconds, cluster.access, request.signal)
        : removeRepresented(cluster, inventory, spec.timeoutSeconds * 1000));
    });
  }

  /**
   * The releases that are represented and not run. With a cluster: those that it holds. Without one, after a preview:
   * those that would be.
   */
  async represented(cluster: Cluster | undefined): Promise<readonly RepresentedRelease[]> {
    if (cluster !== undefined) {
      return (await listInventories(cluster)).map(({ name, namespace, chart, version, reason }) => {
        return { name, namespace, chart, version, reason };
      });
    }
    const all = await Promise.all(
      [...this.#checked.values()].map(async (spec) => {
        const reason = await this.#sources.unavailable(spec);
        const { name, namespace, version = "newest" } = spec;
        return reason === undefined ? [] : [{ name, namespace, chart: chartName(spec.chart), version, reason }];
      }),
    );
    return all.flat();
  }

  async #apply(
    inputs: PropertyMap,
    request: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
    cluster: Cluster,
  ): Promise<CreateResult> {
    const plain = toPlainMap(inputs);
    const spec = releaseSpec(plain, request.timeoutSeconds);
    const { signal } = request;
    const id = releaseId(spec);
    return await refusing(`install release ${id}`, async () => {
      const source = await this.#sources.acquire(spec, signal);
      const before = await readInventory(cluster, spec);
      if ("path" in source) {
        if (before !== undefined) {
          await removeRepresented(cluster, before, spec.timeoutSeconds * 1000);
        }
        return { id, outputs: { ...inputs, ...(await this.#install(spec, source.path, cluster, inputs, signal)) } };
      }
      await this.#refuseDowngrade(spec, before, cluster, source.unavailable, signal);
      try {
        const timed: JsonObject = { ...plain, timeout: spec.timeoutSeconds };
        const context = { cluster, istioCrds: this.#istioCrds, signal };
        const inventory = await applyRepresented(context, timed, source.unavailable);
        return { id, outputs: { ...inputs, ...representedOutputs(inventory) } };
      } catch (error) {
        throw await this.#initFailed(spec, inputs, cluster, error);
      }
    });
  }

  async #install(
    spec: ReleaseSpec,
    path: string,
    cluster: Cluster,
    inputs: PropertyMap,
    signal: AbortSignal,
  ): Promise<PropertyMap> {
    await cluster.loadBalancers.start(cluster.hub, () => undefined);
    try {
      return installedOutputs(spec, await this.#installed.install(spec, path, cluster.access, signal));
    } catch (error) {
      const left = signal.aborted ? undefined : await this.#installed.find(spec, cluster.access, signal);
      // What an atomic release left is the last good revision, or nothing: then this operation changed nothing.
      if (error instanceof HelmError && left !== undefined && !spec.atomic) {
        throw new InitFailed(releaseId(spec), { ...inputs, ...installedOutputs(spec, left) }, [error.message]);
      }
      throw error;
    }
  }

  /** A release that runs for real is never turned into a representation. */
  async #refuseDowngrade(
    spec: ReleaseSpec,
    inventory: Inventory | undefined,
    cluster: Cluster,
    reason: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (inventory === undefined && (await this.#installed.find(spec, cluster.access, signal)) !== undefined) {
      throw new Refusal(`the release was installed by helm, and its chart cannot be fetched now: ${reason}`);
    }
  }

  /** A failed release of which something is left stays in the engine's state, so that `destroy` removes it. */
  async #initFailed(spec: ReleaseSpec, inputs: PropertyMap, cluster: Cluster, error: unknown): Promise<unknown> {
    const left = await readInventory(cluster, spec).catch(() => undefined);
    const partial = left?.status === "pending";
    return partial
      ? new InitFailed(releaseId(spec), { ...inputs, ...representedOutputs(left) }, [reasonOf(error)])
      : error;
  }

  /** Starts the probe of the repository and remembers the release for `represented`. */
  #announce(inputs: PropertyMap): void {
    const named = { chart: inputs["chart"], version: inputs["version"], repositoryOpts: inputs["repositoryOpts"] };
    const identity = { name: inputs["name"], namespace: inputs["namespace"] };
    if (!containsUnknowns(named) && !containsUnknowns(identity)) {
      const spec = releaseSpec(toPlainMap({ ...named, ...identity }));
      this.#checked.set(releaseId(spec), spec);
      this.#sources.announce(spec);
    }
  }

  async #reach(inputs: PropertyMap, connect: () => Promise<Cluster>): Promise<Cluster> {
    return await refusing(`reach the cluster of release ${String(unwrap(inputs["name"]))}`, connect);
  }
}

/** Runs an operation; what goes wrong becomes one sentence that names the release. */
async function refusing<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InitFailed) {
      throw error;
    }
    throw new Refusal(`cannot ${what}: ${reasonOf(error)}`, { cause: error });
  }
}

function representedOutputs(inventory: Inventory): PropertyMap {
  const { name, namespace, chart, version, revision, status, objects } = inventory;
  return {
    resourceNames: resourceNames(objects),
    status: { name, namespace, chart, version, appVersion: version, revision, status },
  };
}

function installedOutputs({ name, namespace }: ReleaseRef, installed: InstalledRelease): PropertyMap {
  const { chart, version, appVersion, revision, status } = installed;
  return {
    resourceNames: installed.resourceNames,
    status: { name, namespace, chart, version, appVersion, revision, status },
  };
}

/** Outputs that older SDKs send back as inputs. */
function withoutOutputs(inputs: PropertyMap): PropertyMap {
  const { resourceNames: _names, checksum: _checksum, status: _status, manifest: _manifest, ...rest } = inputs;
  return rest;
}

function parseId(id: string): ReleaseRef {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: "default", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

function generatedName(request: CheckRequest): string {
  const seed = request.randomSeed.length > 0 ? request.randomSeed : randomBytes(32);
  return `${request.name}-${createHash("sha256").update(seed).update(request.urn).digest("hex").slice(0, 8)}`;
}

function isBlank(value: PropertyMap[string]): boolean {
  const inner = unwrap(value);
  return inner === undefined || inner === null || inner === "";
}
