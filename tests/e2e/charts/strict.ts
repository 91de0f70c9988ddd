import type { KubernetesObject } from "../../../mesh/kubernetes/objects.ts";
import type { ControlPlane } from "../../../sandbox/contracts.ts";
import { kube } from "../control-plane/support.ts";

/** Requests at a time. */
const BATCH = 16;

/**
 * What the API server says against each object, asked to validate every field and to keep nothing. Objects that lie in a
 * namespace are put into `default`, because theirs do not exist.
 */
export async function refusalsOf(plane: ControlPlane, objects: readonly KubernetesObject[]): Promise<string[]> {
  const refusals: string[] = [];
  for (let start = 0; start < objects.length; start += BATCH) {
    const answers = await Promise.all(objects.slice(start, start + BATCH).map((object) => refusalOf(plane, object)));
    refusals.push(...answers.flat());
  }
  return refusals;
}

async function refusalOf(plane: ControlPlane, object: KubernetesObject): Promise<string[]> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const isPlaced = metadata.namespace !== undefined;
  const { status, body } = await kube<{ message?: string }>(
    plane,
    "POST",
    `${root}/${isPlaced ? "namespaces/default/" : ""}${pluralOf(kind)}?dryRun=All&fieldValidation=Strict`,
    { ...object, metadata: { ...metadata, ...(isPlaced ? { namespace: "default" } : {}) } },
  );
  return status === 201 ? [] : [`${kind} ${metadata.name}: ${status} ${body.message ?? ""}`];
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("s")) {
    return `${name}es`;
  }
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
