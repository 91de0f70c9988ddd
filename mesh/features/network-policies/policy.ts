import { defined } from "../../kubernetes/defined.ts";
import { make } from "../../kubernetes/make.ts";
import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import type { Metadata, NetworkPolicyObject } from "../../kubernetes/objects.ts";

/**
 * A policy for the pods with these labels, or for all of its namespace, that opens what it lists and closes the rest.
 * @param egress Default: the way out is not limited.
 */
export function policy(
  metadata: Metadata,
  matchLabels: Readonly<Record<string, string>>,
  ingress: readonly NetworkPolicyIngressRule[],
  egress?: readonly NetworkPolicyEgressRule[],
): NetworkPolicyObject {
  return make("NetworkPolicy", metadata, {
    podSelector: Object.keys(matchLabels).length === 0 ? {} : { matchLabels: { ...matchLabels } },
    policyTypes: egress === undefined ? ["Ingress"] : ["Ingress", "Egress"],
    ...defined({
      ingress: egress !== undefined && ingress.length === 0 ? undefined : merged(ingress),
      egress: egress?.length === 0 ? undefined : egress,
    }),
  });
}

/** One rule for each set of peers and ports: several routes of the gateway lead to the same port. */
function merged(rules: readonly NetworkPolicyIngressRule[]): NetworkPolicyIngressRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
