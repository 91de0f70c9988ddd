import { setTimeout as delay } from "node:timers/promises";
import type { Cluster, ObjectRef } from "../kubernetes/cluster.ts";
import { stringAt, type JsonObject, type KubernetesObject } from "../kubernetes/object.ts";
import { readInventory, removeInventory, writeInventory, type Inventory } from "./inventory.ts";
import { installIstioCrds } from "./istio-crds.ts";
import { chartName, releaseSpec, type ReleaseSpec } from "./release-spec.ts";
import { representationOf, representedObjects, type Representation } from "./representation/index.ts";

const FIELD_MANAGER = "ecommerce-mesh-sandbox";

/**
 * The API server reads its admission policies once a second: a pod made sooner after istiod's stand-in injector was
 * applied would have no sidecar.
 */
const POLICIES_READ_WITHIN_MS = 1_500;

/** What a representation works with. */
export interface RepresentationContext {
  readonly cluster: Cluster;
  /** Path of the YAML with Istio's CustomResourceDefinitions. */
  readonly istioCrds: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** A represented release that did not become ready; `rolledBack` says what is there now. */
export class RepresentationError extends Error {
  override readonly name = "RepresentationError";
}

/**
 * Applies what stands in for a release, removes what an earlier revision had and this one has not, and waits until the
 * pods are ready. An atomic release that fails goes back to the revision before it, or away.
 * @param reason Why the chart cannot be run.
 */
export async function applyRepresented(
  context: RepresentationContext,
  inputs: JsonObject,
  reason: string,
): Promise<Inventory> {
  const spec = releaseSpec(inputs);
  const representation = representationOf(chartName(spec.chart));
  if (representation === undefined) {
    throw new RepresentationError(
      `the chart ${spec.chart} cannot be fetched (${reason}), and the sandbox has no representation of it: the release ${spec.name} was not installed`,
    );
  }
  const before = await readInventory(context.cluster, spec);
  const previous = before?.status === "pending" ? before.previous : before;
  try {
    return await applyRevision(context, inputs, reason, representation, before, previous);
  } catch (error) {
    throw spec.atomic && !context.signal.aborted ? await rolledBack(context, spec, error as Error, previous) : error;
  }
}

/** Removes everything that stands in for a release, last things first; what the chart keeps on removal stays. */
export async function removeRepresented(cluster: Cluster, inventory: Inventory, timeoutMs: number): Promise<void> {
  await removeAll(cluster, inventory.objects, timeoutMs);
  await removeInventory(cluster, inventory);
}

async function applyRevision(
  context: RepresentationContext,
  inputs: JsonObject,
  reason: string,
  representation: Representation,
  before: Inventory | undefined,
  previous: Inventory | undefined,
): Promise<Inventory> {
  const { cluster, signal } = context;
  const spec = releaseSpec(inputs);
  const objects = objectsOf(spec, representation);
  const refs = objects.filter((object) => !isKept(object)).map(refOf);
  const { name, namespace, version = "newest" } = spec;
  const revision = (previous?.revision ?? 0) + 1;
  const record = { name, namespace, chart: chartName(spec.chart), version, revision, reason, inputs };
  const known = [...refs, ...(before?.objects ?? []).filter((ref) => !contains(refs, ref))];
  await ensureNamespace(cluster, spec);
  // Written first: a run that is killed half-way leaves a record of all that may exist.
  await writeInventory(cluster, { ...record, status: "pending", objects: known, previous });
  if (representation.installsIstioCrds === true && !spec.flags.has("skipCrds")) {
    await installIstioCrds(cluster, await context.istioCrds(), signal);
  }
  await applyObjects(context, objects, spec);
  await removeAll(
    cluster,
    known.filter((ref) => !contains(refs, ref)),
    spec.timeoutSeconds * 1000,
  );
  const deployed: Inventory = { ...record, status: "deployed", objects: refs };
  await writeInventory(cluster, deployed);
  return deployed;
}

/** Definitions first, because other objects are of their kinds; then everything together, each waited for. */
async function applyObjects(
  { cluster, signal }: RepresentationContext,
  objects: readonly KubernetesObject[],
  spec: ReleaseSpec,
): Promise<void> {
  const started = Date.now();
  const timeoutMs = spec.timeoutSeconds * 1000;
  const isDefinition = (object: KubernetesObject) => object.kind === "CustomResourceDefinition";
  const one = async (object: KubernetesObject) => {
    const applied = await cluster.apply(object, FIELD_MANAGER, signal);
    if (spec.awaits || isDefinition(object)) {
      await cluster.waitReady(applied, { timeoutMs, signal });
    }
  };
  await allOf(objects.filter(isDefinition).map(one));
  await allOf(objects.filter((object) => !isDefinition(object)).map(one));
  if (objects.some((object) => object.kind === "MutatingAdmissionPolicy")) {
    await delay(Math.max(0, started + POLICIES_READ_WITHIN_MS - Date.now()), undefined, { signal });
  }
}

/** Waits for all before it fails with the first failure: nothing goes on behind a rollback's back. */
async function allOf(runs: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(runs);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason as Error;
  }
}

async function rolledBack(
  context: RepresentationContext,
  spec: ReleaseSpec,
  failure: Error,
  previous: Inventory | undefined,
): Promise<RepresentationError> {
  const now = await readInventory(context.cluster, spec);
  if (previous === undefined) {
    if (now !== undefined) {
      await removeRepresented(context.cluster, now, spec.timeoutSeconds * 1000);
    }
    return new RepresentationError(`${failure.message}; the release was removed again, as it is atomic`, {
      cause: failure,
    });
  }
  const representation = representationOf(previous.chart);
  if (representation !== undefined) {
    await applyRevision(context, previous.inputs, previous.reason, representation, now, previous);
  }
  return new RepresentationError(`${failure.message}; the release was rolled back to revision ${previous.revision}`, {
    cause: failure,
  });
}

function objectsOf(spec: ReleaseSpec, representation: Representation): readonly KubernetesObject[] {
  const { name, namespace, version = "newest", values } = spec;
  return representedObjects(chartName(spec.chart), representation, { name, namespace, version, values });
}

/** As `createNamespace` of Helm: made when it is not there, never removed. */
async function ensureNamespace(cluster: Cluster, spec: ReleaseSpec): Promise<void> {
  const ref = { apiVersion: "v1", kind: "Namespace", metadata: { name: spec.namespace } };
  if (spec.createNamespace && (await cluster.find(ref)) === undefined) {
    await cluster.apply(ref, FIELD_MANAGER);
  }
}

async function removeAll(cluster: Cluster, refs: readonly ObjectRef[], timeoutMs: number): Promise<void> {
  // Pods first, with everything that makes pods: nothing then runs without its account or Service.
  const workloads = refs.filter((ref) =>
    ["Deployment", "StatefulSet", "DaemonSet", "HorizontalPodAutoscaler"].includes(ref.kind),
  );
  const rest = refs.filter((ref) => !workloads.includes(ref));
  for (const group of [workloads, rest]) {
    await allOf(group.map((ref) => cluster.remove(ref, { timeoutMs })));
  }
}

function isKept(object: KubernetesObject): boolean {
  return stringAt(object, "metadata", "annotations", "helm.sh/resource-policy") === "keep";
}

function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, metadata: { name, namespace } };
}

function contains(refs: readonly ObjectRef[], { kind, apiVersion, metadata }: ObjectRef): boolean {
  return refs.some(
    (ref) =>
      ref.kind === kind &&
      ref.apiVersion === apiVersion &&
      ref.metadata.name === metadata.name &&
      ref.metadata.namespace === metadata.namespace,
  );
}
