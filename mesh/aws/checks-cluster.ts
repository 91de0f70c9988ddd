import { problemIf, problemUnless, type Problem } from "../stack/errors.ts";
import type { StackData } from "../stack/stack.ts";
import type { Check } from "../stack/check.ts";

/** The API server can be reached, and EKS takes the access entries. */
export const checkCluster: Check = (stack) =>
  stack.config.platform.kind === "eks" ? [...checkEndpoint(stack), ...checkAccess(stack)] : [];

function checkEndpoint({ config }: StackData): Problem[] {
  const { endpoint } = config.cluster;
  return problemUnless(
    endpoint.private || endpoint.publicCidrs.length > 0,
    "cluster.endpoint.private",
    "expected true, because cluster.endpoint.publicCidrs is empty: nobody could reach the API server; got false",
  );
}

/** EKS has one access entry for a principal. */
function checkAccess({ config }: StackData): Problem[] {
  const entries = (["admins", "deployers", "viewers"] as const).flatMap((group) =>
    config.cluster.access[group].map((principal, index) => ({
      principal,
      path: `cluster.access.${group}[${index}]`,
    })),
  );
  return entries.flatMap(({ principal, path }, index) => {
    const earlier = entries.slice(0, index).find((other) => other.principal === principal);
    return problemIf(
      earlier !== undefined,
      path,
      `expected each principal once; got "${principal}" again`,
      `it stands in ${earlier?.path ?? ""}; EKS takes one access entry for a principal`,
    );
  });
}
