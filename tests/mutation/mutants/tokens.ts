import type { RequestAuthenticationObject } from "../../../mesh/kubernetes/objects.ts";
import { type Change, ELSEWHERE, moved, within } from "./change.ts";

type JwtRule = NonNullable<RequestAuthenticationObject["spec"]["jwtRules"]>[number];

/** What a RequestAuthentication can come to by one slip. */
export function tokenChanges(object: RequestAuthenticationObject): Change<RequestAuthenticationObject>[] {
  const { spec } = object;
  const withSpec = (change: Partial<typeof spec>) => ({ ...object, spec: { ...spec, ...change } });
  const rules = spec.jwtRules ?? [];
  return [
    ...moved(object),
    ["for another workload", withSpec({ selector: { matchLabels: { app: ELSEWHERE } } })],
    ["for every workload", withSpec({ selector: {} })],
    ["one more issuer", withSpec({ jwtRules: [...rules, { issuer: ELSEWHERE, jwksUri: `https://${ELSEWHERE}` }] })],
    ...within(rules, "issuer", ruleChanges).map(([what, jwtRules]): Change<RequestAuthenticationObject> => [
      what,
      withSpec({ jwtRules: jwtRules ?? [] }),
    ]),
  ];
}

function ruleChanges(rule: JwtRule): Change<JwtRule>[] {
  const { forwardOriginalToken = false } = rule;
  const without = (key: keyof JwtRule): JwtRule => ({ ...rule, [key]: undefined });
  const lists = ["audiences", "fromHeaders", "fromCookies", "fromParams", "outputClaimToHeaders"] as const;
  return [
    ["removed", undefined],
    ["another's name", { ...rule, issuer: ELSEWHERE }],
    ...(rule.jwksUri === undefined
      ? []
      : [["another's keys", { ...rule, jwksUri: `https://${ELSEWHERE}` }] satisfies Change<JwtRule>]),
    ...(rule.jwks === undefined ? [] : [["other keys", { ...rule, jwks: '{"keys":[]}' }] satisfies Change<JwtRule>]),
    ["its token handed on, or not", { ...rule, forwardOriginalToken: !forwardOriginalToken }],
    ...lists
      .filter((key) => (rule[key] ?? []).length > 0)
      .map((key): Change<JwtRule> => [`without ${key}`, without(key)]),
    ...(rule.audiences === undefined
      ? []
      : [["for another audience", { ...rule, audiences: [ELSEWHERE] }] satisfies Change<JwtRule>]),
    ["looked for in a parameter too", { ...rule, fromParams: [...(rule.fromParams ?? []), ELSEWHERE] }],
  ];
}
