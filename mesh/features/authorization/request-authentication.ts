import { defined } from "../../kubernetes/defined.ts";
import { make, ofService } from "../../kubernetes/make.ts";
import type { RequestAuthenticationObject } from "../../kubernetes/objects.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";

type JwtRule = NonNullable<RequestAuthenticationObject["spec"]["jwtRules"]>[number];

/**
 * Whose tokens each service takes. A request with a bad token is refused by this object; one without a token only by an
 * AuthorizationPolicy that asks for a request principal, which the call graph gives (`Edge.token`).
 */
export function requestAuthentications({ catalog }: StackData): RequestAuthenticationObject[] {
  return Object.entries(catalog.services).flatMap(([name, { jwt }]) =>
    jwt === undefined
      ? []
      : make("RequestAuthentication", ofService(catalog, name), {
          selector: { matchLabels: { app: name } },
          jwtRules: jwt.rules.map(jwtRule),
        }),
  );
}

function jwtRule(rule: NonNullable<ServiceSpec["jwt"]>["rules"][number]): JwtRule {
  const { issuer, jwksUri, jwks, audiences, forwardOriginalToken } = rule;
  return defined({
    issuer,
    jwksUri,
    jwks,
    audiences,
    forwardOriginalToken: forwardOriginalToken ? true : undefined,
    fromHeaders: filled(rule.fromHeaders),
    fromCookies: filled(rule.fromCookies),
    fromParams: filled(rule.fromParams),
    outputClaimToHeaders: filled(rule.outputClaimToHeaders),
  });
}

/** A list that is left out when it is empty: Istio would look for tokens nowhere. */
function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
