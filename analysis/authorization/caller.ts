import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";
import { escapeRegex, holds, matchesPattern } from "./patterns.ts";

export type AuthorizationRule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
export type Source = NonNullable<NonNullable<AuthorizationRule["from"]>[number]["source"]>;
export type Operation = NonNullable<NonNullable<AuthorizationRule["to"]>[number]["operation"]>;
export type Condition = NonNullable<AuthorizationRule["when"]>[number];

/** What the identity of a caller is compared within. */
export interface CallerScope {
  /** Trust domain of the mesh, then its aliases; `cluster.local` in a policy means all of them. */
  readonly trustDomains: readonly string[];
  /** Namespace of the policy: where a service account without namespace lies. */
  readonly policyNamespace: string;
}

/** Compares a pattern of a policy with a caller, as far as its certificate tells. */
type Comparison = (pattern: string, principal: string | undefined, scope: CallerScope) => boolean;

/** Comparisons by the key of `when`. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "source.principal": matchesPrincipal,
  "source.namespace": matchesNamespace,
  "source.serviceAccount": matchesServiceAccount,
  "source.trustDomain": matchesTrustDomain,
};

/** Keys of `when` that are about the caller's certificate. */
export const CALLER_KEYS: readonly string[] = Object.keys(COMPARISONS);

/** Whether a source takes this caller, as far as its certificate tells. */
export function takesCaller(source: Source, principal: string | undefined, scope: CallerScope): boolean {
  const fits = (matches: Comparison) => (value: string) => matches(value, principal, scope);
  return (
    holds(source.principals, source.notPrincipals, fits(matchesPrincipal)) &&
    holds(source.namespaces, source.notNamespaces, fits(matchesNamespace)) &&
    holds(source.serviceAccounts, source.notServiceAccounts, fits(matchesServiceAccount))
  );
}

/** Whether a condition about the caller's certificate holds. @param condition its key is one of CALLER_KEYS */
export function callerConditionHolds(
  { key, values, notValues }: Condition,
  principal: string | undefined,
  scope: CallerScope,
): boolean {
  return holds(values, notValues, (value) => COMPARISONS[key]?.(value, principal, scope) ?? false);
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

function matchesTrustDomain(pattern: string, principal: string | undefined, { trustDomains }: CallerScope): boolean {
  const domain = principal?.split("/")[0];
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
