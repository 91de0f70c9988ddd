import {
  containsUnknowns,
  InitFailed,
  Refusal,
  toPlainMap,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type PropertyMap,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
} from "../protocol/index.ts";
import { textOf } from "../kubernetes/check.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import { warningSince } from "../kubernetes/diagnose.ts";
import type { JsonObject } from "../kubernetes/object.ts";
import { reasonOf } from "../kubernetes/resource-operations.ts";
import type { ChartSources } from "./chart-source.ts";
import { HelmError } from "./helm-cli.ts";
import { installedIds, type InstalledReleases } from "./installed-release.ts";
import { listInventories, readInventory, type Inventory } from "./inventory.ts";
import { checkRelease } from "./release-inputs.ts";
import {
  installedOutputs,
  parseReleaseId,
  representedOutputs,
  representedRelease,
  type RepresentedRelease,
} from "./release-outputs.ts";
import { chartName, releaseId, releaseSpec, type ReleaseSpec } from "./release-spec.ts";

/** The resource type of a Helm release. */
export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

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

  /** Completes inputs, and begins to look whether the chart's repository answers. Needs no cluster. */
  check(request: CheckRequest, defaultNamespace: string): CheckResult {
    const result = checkRelease(request, defaultNamespace);
    this.#announce(result.inputs);
    return result;
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
    const ref = parseReleaseId(request.id);
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
    const ref = parseReleaseId(request.id);
    this.#checked.delete(releaseId(ref));
    const spec = releaseSpec(toPlainMap(request.inputs), request.timeoutSeconds);
    const cluster = await this.#reach(request.inputs, connect);
    await cluster.startStandIns();
    await refusing(`uninstall release ${releaseId(ref)}`, async () => {
      const inventory = await readInventory(cluster, ref);
      const { removeRepresented } = await representing();
      await (inventory === undefined
        ? this.#installed.uninstall(ref, spec.timeoutSeconds, cluster.access, request.signal)
        : removeRepresented(cluster, inventory, spec.timeoutSeconds * 1000));
    });
  }

  /**
   * The releases that are represented and not run: those that the cluster holds, and those that were checked in this
   * run and would be, because they are not installed yet and their repository is out of reach.
   * @param cluster Undefined while none runs: a preview.
   * @param announced Inputs of releases that the engine has not asked about: it does not, while the kubeconfig is unknown.
   */
  async represented(
    cluster: Cluster | undefined,
    announced: readonly JsonObject[] = [],
  ): Promise<readonly RepresentedRelease[]> {
    const recorded = cluster === undefined ? [] : await listInventories(cluster);
    const installed = cluster === undefined ? new Set<string>() : await installedIds(cluster);
    const known = new Set([...installed, ...recorded.map(releaseId)]);
    const specs = announced.map((inputs) => releaseSpec(inputs));
    const expectedSpecs = new Map([...specs.map((spec) => [releaseId(spec), spec] as const), ...this.#checked]);
    const checked = [...expectedSpecs].filter(([id]) => !known.has(id));
    const expected = await Promise.all(checked.map(async ([, spec]) => await this.#expected(spec)));
    const all = [...recorded.map(representedRelease), ...expected.flat()];
    return all.sort((a, b) => releaseId(a).localeCompare(releaseId(b)));
  }

  async #expected(spec: ReleaseSpec): Promise<readonly RepresentedRelease[]> {
    const reason = await this.#sources.unavailable(spec);
    const { name, namespace, version = "newest" } = spec;
    return reason === undefined ? [] : [{ name, namespace, chart: chartName(spec.chart), version, reason }];
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
      const { applyRepresented, removeRepresented } = await representing();
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
    await cluster.startStandIns();
    const started = new Date();
    try {
      return installedOutputs(spec, await this.#installed.install(spec, path, cluster.access, signal));
    } catch (error) {
      const left = signal.aborted ? undefined : await this.#installed.find(spec, cluster.access, signal);
      // What an atomic release left is the last good revision, or nothing: then this operation changed nothing.
      if (error instanceof HelmError && left !== undefined && !spec.atomic) {
        throw new InitFailed(releaseId(spec), { ...inputs, ...installedOutputs(spec, left) }, [error.message]);
      }
      // Helm names the Deployment and not why; its pods are gone, but the scheduler's warnings are still there.
      const why = signal.aborted ? undefined : await warningSince(cluster.client, spec.namespace, "", started);
      throw why === undefined ? error : new HelmError(`${reasonOf(error)}; ${why}`, { cause: error });
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
    return await refusing(`reach the cluster of release ${textOf(inputs["name"]) ?? ""}`, connect);
  }
}

/** Loaded at the first use: a preview represents nothing. */
const representing = async () => await import("./represented-release.ts");

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
