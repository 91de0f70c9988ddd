import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import type { Rule } from "./caller.ts";
import type { Workload } from "./request.ts";
import { policiesFor, type SelectedPolicies } from "./select.ts";

type Source = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;
type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/** What a connection shows of its source; the rest of a source is in requests. */
const OF_REQUESTS = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];

/** What a connection shows of its target. */
const OF_CONNECTIONS = ["ports", "notPorts"];

/** Conditions that a connection shows. */
const CONDITIONS = ["source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"];

/**
 * The policies that hold for a workload of an ambient mesh at its ztunnel, as that reads them: it sees connections and no requests. A
 * rule of an ALLOW that asks for more matches nothing; of a DENY the rest of the rule counts, so that it refuses more. It asks nobody.
 * Source: istio/istio 1.30.3, pilot/pkg/serviceregistry/ambient/authorization.go.
 */
export function policiesAtZtunnel(
  policies: readonly AuthorizationPolicyObject[],
  workload: Workload,
  rootNamespace: string,
): SelectedPolicies {
  const { deny, allow } = policiesFor(policies, workload, rootNamespace);
  return {
    custom: [],
    deny: deny.map((policy) => withRules(policy, (rules) => rules.map(connectionPart))),
    allow: allow.map((policy) => withRules(policy, (rules) => rules.filter(isOfConnections))),
  };
}

function withRules(policy: AuthorizationPolicyObject, change: (rules: readonly Rule[]) => Rule[]) {
  const { rules } = policy.spec;
  return rules === undefined ? policy : { ...policy, spec: { ...policy.spec, rules: change(rules) } };
}

function isOfConnections({ from = [], to = [], when = [] }: Rule): boolean {
  return (
    from.every(({ source }) => Object.keys(source ?? {}).every((key) => !OF_REQUESTS.includes(key))) &&
    to.every(({ operation }) => Object.keys(operation ?? {}).every((key) => OF_CONNECTIONS.includes(key))) &&
    when.every(({ key }) => CONDITIONS.includes(key))
  );
}

function connectionPart({ from, to, when }: Rule): Rule {
  return {
    ...(from === undefined ? {} : { from: from.map(({ source }) => ({ source: ofSource(source ?? {}) })) }),
    ...(to === undefined ? {} : { to: to.map(({ operation }) => ({ operation: ofOperation(operation ?? {}) })) }),
    ...(when === undefined ? {} : { when: when.filter(({ key }) => CONDITIONS.includes(key)) }),
  };
}

function ofSource(source: Source): Source {
  return Object.fromEntries(Object.entries(source).filter(([key]) => !OF_REQUESTS.includes(key)));
}

function ofOperation(operation: Operation): Operation {
  return Object.fromEntries(Object.entries(operation).filter(([key]) => OF_CONNECTIONS.includes(key)));
}
