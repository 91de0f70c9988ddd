import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import type { CallerScope } from "./caller.ts";
import type { InboundRequest, Workload } from "./request.ts";
import { ruleMatches } from "./rule.ts";
import { policiesFor, type SelectedPolicies } from "./select.ts";

/** AuthorizationPolicies and what they are read in. */
export interface AuthorizationWorld {
  readonly policies: readonly AuthorizationPolicyObject[];
  /** Namespace whose policies hold for the whole mesh. */
  readonly rootNamespace: string;
  /** Trust domain of the mesh, then its aliases. */
  readonly trustDomains: readonly string[];
}

/** A rule of a policy. */
export interface RuleReference {
  readonly namespace: string;
  readonly name: string;
  /** Place of the rule in the policy, from 0. */
  readonly rule: number;
}

/** Whether a request passes, and by what. */
export interface Decision {
  readonly allowed: boolean;
  /**
   * - `custom`: an external authorizer, named by `provider`, refused
   * - `deny`: a DENY policy matches
   * - `allow`: an ALLOW policy matches
   * - `no-allow-policy`: the workload has none, which allows everything
   * - `no-allow-matches`: the workload has some, and none matches
   */
  readonly reason: "custom" | "deny" | "allow" | "no-allow-policy" | "no-allow-matches";
  /** The rule that decided: for `custom`, `deny` and `allow`. */
  readonly by?: RuleReference;
  /** External authorizers that are asked, in the order of the policies; the request passes only when all agree. */
  readonly asks: readonly string[];
}

/**
 * What Istio decides about a request to a workload: CUSTOM before DENY before ALLOW
 * (istio.io/latest/docs/reference/config/security/authorization-policy; pilot/pkg/security/authz of Istio 1.30).
 * @param agrees what an external authorizer answers; by default each agrees
 */
export function authorize(
  world: AuthorizationWorld,
  workload: Workload,
  request: InboundRequest,
  agrees: (provider: string) => boolean = () => true,
): Decision {
  return decide(policiesFor(world.policies, workload, world.rootNamespace), world.trustDomains, request, agrees);
}

/** What policies decide that are known to hold: those of a workload, of a Service at its waypoint, or of a ztunnel. */
export function decide(
  { custom, deny, allow }: SelectedPolicies,
  trustDomains: readonly string[],
  request: InboundRequest,
  agrees: (provider: string) => boolean = () => true,
): Decision {
  const match = (policies: readonly AuthorizationPolicyObject[]) =>
    policies.flatMap((policy) => matching(policy, request, trustDomains));
  const asked = match(custom);
  const asks = [...new Set(asked.map(({ provider }) => provider))];
  const refused = asked.find(({ provider }) => !agrees(provider));
  if (refused !== undefined) {
    return { allowed: false, reason: "custom", by: refused.by, asks };
  }
  const [denied] = match(deny);
  if (denied !== undefined) {
    return { allowed: false, reason: "deny", by: denied.by, asks };
  }
  if (allow.length === 0) {
    return { allowed: true, reason: "no-allow-policy", asks };
  }
  const [allowed] = match(allow);
  return allowed === undefined
    ? { allowed: false, reason: "no-allow-matches", asks }
    : { allowed: true, reason: "allow", by: allowed.by, asks };
}

/** The rules of a policy that match; a policy without rules matches nothing. */
function matching(
  { metadata, spec }: AuthorizationPolicyObject,
  request: InboundRequest,
  trustDomains: readonly string[],
) {
  const { namespace = "default", name } = metadata;
  const scope: CallerScope = { trustDomains, policyNamespace: namespace };
  return (spec.rules ?? []).flatMap((rule, index) => {
    const by: RuleReference = { namespace, name, rule: index };
    return ruleMatches(rule, request, scope) ? [{ by, provider: spec.provider?.name ?? "" }] : [];
  });
}
