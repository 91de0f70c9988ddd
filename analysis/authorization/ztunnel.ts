import { defined } from "../../mesh/kubernetes/defined.ts";
import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import type { Condition, AuthorizationRule } from "./caller.ts";
import type { Workload } from "./request.ts";
import { policiesFor, type SelectedPolicies } from "./select.ts";

/** Fields of a source that are in requests: a connection does not show them. */
const OF_REQUESTS = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];

/** Fields of an operation, and keys of conditions, that a connection shows. */
const OPERATION_FIELDS = ["ports", "notPorts"];
const CONDITIONS = ["source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"];

const isOfSource = (field: string) => !OF_REQUESTS.includes(field);
const isOfOperation = (field: string) => OPERATION_FIELDS.includes(field);
const isShown = ({ key }: Condition) => CONDITIONS.includes(key);

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

function withRules(
  policy: AuthorizationPolicyObject,
  change: (rules: readonly AuthorizationRule[]) => AuthorizationRule[],
) {
  const { rules } = policy.spec;
  return rules === undefined ? policy : { ...policy, spec: { ...policy.spec, rules: change(rules) } };
}

function isOfConnections({ from = [], to = [], when = [] }: AuthorizationRule): boolean {
  return (
    from.every(({ source }) => Object.keys(source ?? {}).every(isOfSource)) &&
    to.every(({ operation }) => Object.keys(operation ?? {}).every(isOfOperation)) &&
    when.every(isShown)
  );
}

function connectionPart({ from, to, when }: AuthorizationRule): AuthorizationRule {
  return defined({
    from: from?.map(({ source = {} }) => ({ source: fieldsOf(source, isOfSource) })),
    to: to?.map(({ operation = {} }) => ({ operation: fieldsOf(operation, isOfOperation) })),
    when: when?.filter(isShown),
  });
}

function fieldsOf<T extends object>(fields: T, isKept: (name: string) => boolean): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isKept(name))) as Partial<T>;
}
