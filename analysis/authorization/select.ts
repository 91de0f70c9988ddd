import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import type { Workload } from "./request.ts";

/** The policies of one workload by what they do; AUDIT decides nothing and is left out. */
export interface SelectedPolicies {
  readonly custom: readonly AuthorizationPolicyObject[];
  readonly deny: readonly AuthorizationPolicyObject[];
  readonly allow: readonly AuthorizationPolicyObject[];
}

/** What an annotation makes of a policy: it is only recorded what it would do. */
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
    ({ metadata, spec }) =>
      [rootNamespace, workload.namespace].includes(metadata.namespace ?? "default") &&
      !isDryRun(metadata) &&
      spec.targetRef === undefined &&
      (spec.targetRefs ?? []).length === 0 &&
      selects(spec.selector?.matchLabels, workload),
  );
  return byAction(selected);
}

/** Policies by what they do. */
export function byAction(policies: readonly AuthorizationPolicyObject[]): SelectedPolicies {
  const of = (action: string) => policies.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  return { custom: of("CUSTOM"), deny: of("DENY"), allow: of("ALLOW") };
}

/** Whether it is only recorded what a policy would do. */
export function isDryRun({ annotations }: AuthorizationPolicyObject["metadata"]): boolean {
  return annotations?.[DRY_RUN] === "true";
}

/** Whether labels select a workload; none select every one. */
export function selects(matchLabels: Readonly<Record<string, string>> | undefined, { labels }: Workload): boolean {
  return Object.entries(matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}
