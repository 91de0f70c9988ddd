import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import { hasLabels, namespaceOf } from "../objects/object.ts";
import type { Workload } from "./request.ts";

/** The policies of one workload by what they do; AUDIT decides nothing and is left out. */
export interface SelectedPolicies {
  readonly custom: readonly AuthorizationPolicyObject[];
  readonly deny: readonly AuthorizationPolicyObject[];
  readonly allow: readonly AuthorizationPolicyObject[];
}

/** Annotation of a policy that decides nothing: it is only recorded what it would do. */
const DRY_RUN = "istio.io/dry-run";

/**
 * The policies that hold for a workload with a sidecar, or a gateway of Istio's own: those of its namespace and those of the root
 * namespace, without a selector or with one that fits. `targetRefs` are for waypoints and gateways of the Gateway API.
 */
export function policiesFor(
  policies: readonly AuthorizationPolicyObject[],
  workload: Workload,
  rootNamespace: string,
): SelectedPolicies {
  const selected = policies.filter(
    (policy) =>
      [rootNamespace, workload.namespace].includes(namespaceOf(policy)) &&
      !isDryRun(policy) &&
      policy.spec.targetRef === undefined &&
      (policy.spec.targetRefs ?? []).length === 0 &&
      hasLabels(workload.labels, policy.spec.selector?.matchLabels),
  );
  return byAction(selected);
}

/** Policies by what they do. */
export function byAction(policies: readonly AuthorizationPolicyObject[]): SelectedPolicies {
  const of = (action: string) => policies.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  return { custom: of("CUSTOM"), deny: of("DENY"), allow: of("ALLOW") };
}

/** Whether it is only recorded what a policy would do. */
export function isDryRun({ metadata }: AuthorizationPolicyObject): boolean {
  return metadata.annotations?.[DRY_RUN] === "true";
}
