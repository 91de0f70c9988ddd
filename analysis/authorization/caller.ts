import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import { escapeRegex, holds, matchesPattern } from "./patterns.ts";

export type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
export type Source = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;
export type Condition = NonNullable<Rule["when"]>[number];

/** What the identity of a caller is compared within. */
export interface CallerScope {
  /** Trust domain of the mesh, then its aliases; `cluster.local` in a policy means all of them. */
  readonly trustDomains: readonly string[];
  /** Namespace of the policy: where a service account without namespace lies. */
  readonly policyNamespace: string;
}

/** Whether a source takes this caller, as far as its certificate tells. */
export function takesCaller(source: Source, principal: string | undefined, scope: CallerScope): boolean {
  return (
    holds(source.principals, source.notPrincipals, (value) => matchesPrincipal(value, principal, scope)) &&
    holds(source.namespaces, source.notNamespaces, (value) => matchesNamespace(value, principal)) &&
    holds(source.serviceAccounts, source.notServiceAccounts, (value) => matchesServiceAccount(value, principal, scope))
  );
}

/** Keys of `when` that are about the caller's certificate. */
export const CALLER_KEYS = ["source.principal", "source.namespace", "source.serviceAccount", "source.trustDomain"];

/** Whether a condition about the caller's certificate holds. */
export function callerConditionHolds(
  { key, values, notValues }: Condition,
  principal: string | undefined,
  scope: CallerScope,
): boolean {
  return holds(values, notValues, (value) => {
    switch (key) {
      case "source.principal":
        return matchesPrincipal(value, principal, scope);
      case "source.namespace":
        return matchesNamespace(value, principal);
      case "source.serviceAccount":
        return matchesServiceAccount(value, principal, scope);
      default:
        return matchesTrustDomain(value, principal?.split("/")[0], scope);
    }
  });
}

/** `cluster.local` and the mesh's own domains stand for one another. */
function matchesPrincipal(pattern: string, principal: string | undefined, { trustDomains }: CallerScope): boolean {
  const slash = pattern.indexOf("/");
  const domain = pattern.slice(0, slash);
  if (pattern.startsWith("*") || slash < 0 || !["cluster.local", ...trustDomains].includes(domain)) {
    return matchesPattern(pattern, principal);
  }
  return trustDomains.some((own) => matchesPattern(`${own}${pattern.slice(slash)}`, principal));
}

function matchesTrustDomain(pattern: string, domain: string | undefined, { trustDomains }: CallerScope): boolean {
  const own = domain !== undefined && trustDomains.includes(domain);
  return matchesPattern(pattern, domain) || (own && trustDomains.includes(pattern));
}

function matchesNamespace(pattern: string, principal: string | undefined): boolean {
  const namespace = pattern.split("*").map(escapeRegex).join(".*");
  return principal !== undefined && new RegExp(`^.*/ns/${namespace}/.*$`).test(principal);
}

function matchesServiceAccount(
  value: string,
  principal: string | undefined,
  { policyNamespace }: CallerScope,
): boolean {
  const [first = "", second] = value.split("/");
  const [namespace, account] = second === undefined ? [policyNamespace, first] : [first, second];
  const identity = `^.+/ns/${escapeRegex(namespace)}/(.+/|)sa/${escapeRegex(account)}(/.+)?$`;
  return principal !== undefined && new RegExp(identity).test(principal);
}
