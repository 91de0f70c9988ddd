import type { KubernetesObject } from "../../kubernetes/object.ts";

/**
 * Definitions that accept anything of their kind. They stand in for those of a chart that cannot be fetched, so that
 * later objects of these kinds can be applied; they check nothing.
 */
export function permissiveCrds(
  group: string,
  versions: readonly string[],
  kinds: readonly string[],
  scope: "Namespaced" | "Cluster" = "Namespaced",
): readonly KubernetesObject[] {
  return kinds.map((kind) => {
    const plural = pluralOf(kind);
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      // Helm never deletes a chart's definitions, as that would delete every object of the kind.
      metadata: { name: `${plural}.${group}`, annotations: { "helm.sh/resource-policy": "keep" } },
      spec: {
        group,
        scope,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: versions.map((name, index) => ({
          name,
          served: true,
          storage: index === 0,
          schema,
          subresources: { status: {} },
        })),
      },
    };
  });
}

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("params")) {
    return lower;
  }
  if (/(s|x|ch|sh)$/.test(lower)) {
    return `${lower}es`;
  }
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
