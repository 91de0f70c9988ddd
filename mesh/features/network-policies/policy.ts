import { make, named } from "../../kubernetes/make.ts";
import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

/** A policy of a namespace, such as the application's, for the pods with these labels, all of them by default, that opens what it lists and closes the rest. */
export function policy(
  { namespace }: Pick<StackData["catalog"], "namespace">,
  name: string,
  matchLabels: Readonly<Record<string, string>>,
  ingress: readonly NetworkPolicyIngressRule[],
  egress: readonly NetworkPolicyEgressRule[],
  labels: Readonly<Record<string, string>> = MANAGED_BY,
): NetworkPolicyObject {
  return make("NetworkPolicy", named(name, namespace, labels), {
    podSelector: Object.keys(matchLabels).length === 0 ? {} : { matchLabels: { ...matchLabels } },
    policyTypes: ["Ingress", "Egress"],
    ...(ingress.length === 0 ? {} : { ingress: merged(ingress) }),
    ...(egress.length === 0 ? {} : { egress: [...egress] }),
  });
}

/** One rule for each set of peers and ports: several routes of the gateway lead to the same port. */
function merged(rules: readonly NetworkPolicyIngressRule[]): NetworkPolicyIngressRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
