import { createHash, randomBytes } from "node:crypto";
import {
  isMap,
  unwrap,
  type CheckFailure,
  type CheckRequest,
  type CheckResult,
  type PropertyMap,
} from "../protocol/index.ts";
import { isNamespacedKind, kindOfToken } from "./kinds.ts";

const AUTONAMED = "pulumi.com/autonamed";

/** Length of the random end of a generated name, as the engine's own autonaming has it. */
const SUFFIX_LENGTH = 8;

/** Completes inputs without asking a cluster: kind, name, namespace. */
export function checkObject(request: CheckRequest, defaultNamespace: string): CheckResult {
  const token = kindOfToken(request.type);
  const apiVersion = unwrap(request.news["apiVersion"]) ?? token?.apiVersion;
  const kind = unwrap(request.news["kind"]) ?? token?.kind;
  const failures = [
    ...kindFailures(apiVersion, kind, request.type),
    ...unsupportedMetadata(mapOf(request.news["metadata"]), apiVersion),
  ];
  if (failures.length > 0 || typeof apiVersion !== "string" || typeof kind !== "string") {
    return { inputs: request.news, failures };
  }
  const metadata = named(request, mapOf(request.news["metadata"]));
  const namespaced = isNamespacedKind(apiVersion, kind) === true;
  const placed = namespaced && isBlank(metadata["namespace"]) ? { ...metadata, namespace: defaultNamespace } : metadata;
  return { inputs: { ...request.news, apiVersion, kind, metadata: placed } };
}

/** True when the name was made up by `checkObject`: then a replacement gets a new one and needs no deletion before it. */
export function isAutonamed(inputs: PropertyMap): boolean {
  return unwrap(mapOf(mapOf(inputs["metadata"])["annotations"])[AUTONAMED]) === "true";
}

/** The map inside a property, or an empty one. */
export function mapOf(value: PropertyMap[string]): PropertyMap {
  const inner = unwrap(value);
  return isMap(inner) ? inner : {};
}

/** The text inside a property; undefined when there is none, or none yet. */
export function textOf(value: PropertyMap[string]): string | undefined {
  const inner = unwrap(value);
  return typeof inner === "string" && inner !== "" ? inner : undefined;
}

/** Null, nothing or empty text: what counts as not given. Unknown values count as given. */
export function isBlank(value: PropertyMap[string]): boolean {
  const inner = unwrap(value);
  return inner === undefined || inner === null || inner === "";
}

function kindFailures(apiVersion: unknown, kind: unknown, type: string): readonly CheckFailure[] {
  const missing = Object.entries({ apiVersion, kind })
    .filter(([, value]) => typeof value !== "string" || value === "")
    .map(([property]) => ({ property, reason: `${property} is missing: every Kubernetes object has one` }));
  const refused = /(Patch|[a-z]List)$/.exec(type);
  if (refused !== null) {
    const what = refused[1] === "Patch" ? "Patch resources" : "List kinds";
    missing.push({
      property: "",
      reason: `the sandbox's stand-in for the Kubernetes provider does not support ${what} (${type}): declare the object itself`,
    });
  }
  return missing;
}

/** What the official provider knows and this one would silently ignore. */
function unsupportedMetadata(metadata: PropertyMap, apiVersion: unknown): readonly CheckFailure[] {
  // For a certificate nobody would ever fulfil it: what issues it is represented, which the summary says.
  const isIssued = typeof apiVersion === "string" && apiVersion.startsWith("cert-manager.io/");
  const waitFor =
    isIssued || isBlank(mapOf(metadata["annotations"])["pulumi.com/waitFor"])
      ? []
      : ['metadata.annotations["pulumi.com/waitFor"]'];
  const generated = isBlank(metadata["generateName"]) ? [] : ["metadata.generateName"];
  return [...generated, ...waitFor].map((property) => {
    return { property, reason: "the sandbox's stand-in for the Kubernetes provider does not support this field" };
  });
}

/** Gives an unnamed object its old generated name or a new one: the same in preview and update, from the engine's seed. */
function named(request: CheckRequest, metadata: PropertyMap): PropertyMap {
  if (!isBlank(metadata["name"])) {
    return metadata;
  }
  const oldName = isAutonamed(request.olds) ? unwrap(mapOf(request.olds["metadata"])["name"]) : undefined;
  const name = typeof oldName === "string" ? oldName : `${request.name}-${suffix(request)}`;
  return { ...metadata, name, annotations: { ...mapOf(metadata["annotations"]), [AUTONAMED]: "true" } };
}

function suffix(request: CheckRequest): string {
  const seed = request.randomSeed.length > 0 ? request.randomSeed : randomBytes(32);
  return createHash("sha256").update(seed).update(request.urn).digest("hex").slice(0, SUFFIX_LENGTH);
}
