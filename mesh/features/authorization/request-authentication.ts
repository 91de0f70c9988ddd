import { make, named } from "../../kubernetes/make.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import type { RequestAuthenticationObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

type JwtRules = NonNullable<RequestAuthenticationObject["spec"]["jwtRules"]>;

/**
 * Whose tokens each service takes. A request with a bad token is refused by this object; one without a token only by an
 * AuthorizationPolicy that asks for a request principal, which the call graph gives (`Edge.token`).
 */
export function requestAuthentications({ catalog }: StackData): RequestAuthenticationObject[] {
  return Object.entries(catalog.services).flatMap(([name, { jwt }]) =>
    jwt === undefined
      ? []
      : [
          make("RequestAuthentication", named(name, catalog.namespace, serviceLabels(catalog, name)), {
            selector: { matchLabels: { app: name } },
            jwtRules: jwt.rules.map(jwtRule),
          }),
        ],
  );
}

function jwtRule(
  rule: NonNullable<StackData["catalog"]["services"][string]["jwt"]>["rules"][number],
): JwtRules[number] {
  const { issuer, jwksUri, jwks, audiences, forwardOriginalToken, fromHeaders, fromCookies, fromParams } = rule;
  return {
    issuer,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(audiences === undefined ? {} : { audiences: [...audiences] }),
    ...(forwardOriginalToken ? { forwardOriginalToken } : {}),
    ...filled("fromHeaders", fromHeaders),
    ...filled("fromCookies", fromCookies),
    ...filled("fromParams", fromParams),
    ...filled("outputClaimToHeaders", rule.outputClaimToHeaders),
  };
}

/** A list that is left out when it is empty: Istio would look for tokens nowhere. */
function filled<K extends keyof JwtRules[number], T>(key: K, list: readonly T[]): Partial<Record<K, T[]>> {
  return list.length === 0 ? {} : ({ [key]: [...list] } as Record<K, T[]>);
}
