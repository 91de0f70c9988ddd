import {
  diffProperties,
  InitFailed,
  Refusal,
  toPlainMap,
  unwrap,
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
import type { SandboxError } from "../../contracts.ts";
import { isAutonamed, mapOf, textOf } from "./check.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { isApiError, isNotReadyError } from "./errors.ts";
import { isNamespacedKind, kindOfToken } from "./kinds.ts";
import { describeObject, isObject, without, type JsonObject, type KubernetesObject } from "./object.ts";
import { projectOnto } from "./projection.ts";
import { replacePaths, type MutabilityOptions } from "./replace-rules.ts";

/** The name under which the objects' fields are owned. */
export const FIELD_MANAGER = "pulumi-kubernetes";

/** How long readiness and removal are waited for where the program says nothing, as the official provider. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/** Compares old and new inputs of an object. Needs no cluster. */
export function diffObject(request: DiffRequest, mutability: MutabilityOptions): DiffResult {
  const { news } = request;
  const kind = { apiVersion: unwrap(news["apiVersion"]), kind: unwrap(news["kind"]), immutable: news["immutable"] };
  const spec = unwrap(news["spec"]);
  const replaceOn = replacePaths({ ...kind, spec }, mutability);
  const oldInputs = withNamespace(request.oldInputs);
  const newInputs = withNamespace(news);
  return diffProperties(oldInputs, newInputs, {
    replaceOn,
    ignoreChanges: request.ignoreChanges,
    deleteBeforeReplace: !isAutonamed(news) && sameIdentity(oldInputs, newInputs),
  });
}

/** Applies an object and waits until it is ready. */
export async function createObject(request: CreateRequest, cluster: () => Promise<Cluster>): Promise<CreateResult> {
  if (request.preview) {
    return { id: "", outputs: request.inputs };
  }
  return await applyAndWait(request.inputs, request, cluster);
}

/** Applies changed inputs and waits until the object is ready again. */
export async function updateObject(
  request: UpdateRequest,
  cluster: () => Promise<Cluster>,
): Promise<{ outputs: PropertyMap }> {
  if (request.preview) {
    return { outputs: request.news };
  }
  const { outputs } = await applyAndWait(request.news, request, cluster);
  return { outputs };
}

/** Reads the live object; its inputs are the fields that the program wrote. */
export async function readObject(request: ReadRequest, cluster: () => Promise<Cluster>): Promise<ReadResult> {
  const ref = refOf(request.type, request.id, request.inputs, request.outputs);
  return await refusing(`read ${describeObject(ref)}`, async () => {
    const live = await (await cluster()).find(ref);
    if (live === undefined) {
      return { id: "", inputs: {}, outputs: {} };
    }
    const old = toPlainMap(request.inputs);
    const imported = Object.keys(old).length === 0;
    const inputs = imported ? withoutStatus(live) : projectOnto(live, old);
    return { id: idOf(live), inputs: inputs as PropertyMap, outputs: live as PropertyMap };
  });
}

/** Removes an object and waits until it is gone; one that is gone already is fine. */
export async function deleteObject(request: DeleteRequest, cluster: () => Promise<Cluster>): Promise<void> {
  const ref = refOf(request.type, request.id, request.inputs, request.outputs);
  const annotations = mapOf(mapOf(request.inputs["metadata"])["annotations"]);
  const policy = unwrap(annotations["pulumi.com/deletionPropagationPolicy"]);
  const propagation = typeof policy === "string" ? capitalised(policy) : undefined;
  const timeoutMs = timeoutOf(request.timeoutSeconds, request.inputs);
  await refusing(`delete ${describeObject(ref)}`, async () => {
    await (await cluster()).remove(ref, { timeoutMs, signal: request.signal, propagation });
  });
}

interface ApplyRequest {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

async function applyAndWait(
  inputs: PropertyMap,
  request: ApplyRequest,
  cluster: () => Promise<Cluster>,
): Promise<CreateResult> {
  const object = withoutNulls(toPlainMap(inputs)) as KubernetesObject;
  return await refusing(`apply ${describeObject(object)}`, async () => {
    const target = await cluster();
    const applied = await target.apply(object, FIELD_MANAGER, request.signal);
    if (object.metadata.annotations?.["pulumi.com/skipAwait"] === "true") {
      return { id: idOf(applied), outputs: applied as PropertyMap };
    }
    try {
      const timeoutMs = timeoutOf(request.timeoutSeconds, inputs);
      const live = await target.waitReady(applied, { timeoutMs, signal: request.signal });
      return { id: idOf(live), outputs: live as PropertyMap };
    } catch (error) {
      // The object exists: the engine must know of it, whatever ended the wait.
      const outputs = (isNotReadyError(error) ? error.live : applied) as PropertyMap;
      throw new InitFailed(idOf(applied), outputs, [reasonOf(error)]);
    }
  });
}

/** Runs an operation; what goes wrong becomes one sentence that names the object. */
async function refusing<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InitFailed || error instanceof Refusal) {
      throw error;
    }
    throw new Refusal(`cannot ${what}: ${reasonOf(error)}`, { cause: error });
  }
}

function isSandboxError(error: unknown): error is SandboxError {
  return error instanceof Error && error.name === "SandboxError";
}

/** What went wrong, in the words of whoever refused it. */
export function reasonOf(error: unknown): string {
  if (isApiError(error)) {
    return `the API server says: ${error.message}`;
  }
  if (isSandboxError(error)) {
    return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function refOf(type: string, id: string, inputs: PropertyMap, outputs: PropertyMap): ObjectRef {
  const token = kindOfToken(type);
  const apiVersion = textOf(inputs["apiVersion"]) ?? textOf(outputs["apiVersion"]) ?? token?.apiVersion ?? "";
  const kind = textOf(inputs["kind"]) ?? textOf(outputs["kind"]) ?? token?.kind ?? "";
  const [first = "", second] = id.split("/");
  const metadata = second === undefined ? { name: first } : { namespace: first, name: second };
  return { apiVersion, kind, metadata };
}

function idOf(object: KubernetesObject): string {
  const { name = "", namespace } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function timeoutOf(requested: number, inputs: PropertyMap): number {
  const annotation = Number(unwrap(mapOf(mapOf(inputs["metadata"])["annotations"])["pulumi.com/timeoutSeconds"]));
  const seconds = requested > 0 ? requested : annotation > 0 ? annotation : DEFAULT_TIMEOUT_SECONDS;
  return seconds * 1000;
}

/** A namespaced object without a namespace lives in `default`: writing that down later changes nothing. */
function withNamespace(inputs: PropertyMap): PropertyMap {
  const metadata = mapOf(inputs["metadata"]);
  const [apiVersion = "", kind = ""] = [textOf(inputs["apiVersion"]), textOf(inputs["kind"])];
  const clusterScoped = isNamespacedKind(apiVersion, kind) === false;
  if (clusterScoped || unwrap(metadata["namespace"]) !== undefined) {
    return inputs;
  }
  return { ...inputs, metadata: { ...metadata, namespace: "default" } };
}

function sameIdentity(a: PropertyMap, b: PropertyMap): boolean {
  const [left, right] = [mapOf(a["metadata"]), mapOf(b["metadata"])];
  return ["name", "namespace"].every((key) => unwrap(left[key]) === unwrap(right[key]));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (!isObject(value)) {
    return value;
  }
  const kept = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(kept.map(([key, entry]) => [key, withoutNulls(entry)]));
}

function withoutStatus(live: KubernetesObject): JsonObject {
  return { ...without(live, "status"), metadata: withoutServerFields(live.metadata) };
}

function withoutServerFields(metadata: KubernetesObject["metadata"]): JsonObject {
  const { name, namespace, labels, annotations } = metadata;
  return Object.fromEntries(
    Object.entries({ name, namespace, labels, annotations }).filter(([, value]) => value !== undefined),
  );
}

function capitalised(policy: string): string {
  return policy.charAt(0).toUpperCase() + policy.slice(1).toLowerCase();
}
