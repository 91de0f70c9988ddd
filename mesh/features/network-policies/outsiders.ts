import type { AccessSpec } from "../authorization/schema/access.ts";

/** Namespaces that callers from outside of the catalog come from: an identity lies in one; which of its pods has it only the mesh can tell. */
export function namespacesOf({ principals = [], namespaces = [] }: AccessSpec["from"]): string[] {
  const ofPrincipals = principals.map((principal) => /\/ns\/([^/]+)\//.exec(principal)?.[1] ?? "");
  return [...new Set([...ofPrincipals, ...namespaces])];
}
