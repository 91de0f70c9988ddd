/** Parts of CustomResourceDefinitions that check what the program writes: a field that is not named is refused. */
import type { JsonObject, KubernetesObject } from "../../kubernetes/object.ts";

export const text: JsonObject = { type: "string" };
export const flag: JsonObject = { type: "boolean" };
export const texts: JsonObject = { type: "object", additionalProperties: text };

/** A map of these fields and no others. */
export function object(
  properties: JsonObject,
  required: readonly string[] = [],
  rules: readonly JsonObject[] = [],
): JsonObject {
  return {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(rules.length === 0 ? {} : { "x-kubernetes-validations": rules }),
  };
}

export function list(items: JsonObject, bounds: JsonObject = {}): JsonObject {
  return { type: "array", items, ...bounds };
}

export function oneOf(...values: readonly string[]): JsonObject {
  return { type: "string", enum: values };
}

/** A kind of custom resources. */
export interface DefinedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
}

/** The definition of a kind with this specification; its status may be anything. */
export function definition({ group, version, kind, plural, scope }: DefinedKind, spec: JsonObject): KubernetesObject {
  const status = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const schema = object({ apiVersion: text, kind: text, metadata: { type: "object" }, spec, status }, ["spec"]);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
      ],
    },
  };
}
