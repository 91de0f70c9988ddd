import type { MeshRequest } from "./types.ts";
import type { RequestAuthenticationView } from "./world.ts";

type JwtRule = NonNullable<RequestAuthenticationView["spec"]["jwtRules"]>[number];

/** Where Envoy looks when a rule names no place. Source: Istio's reference of JWTRule, `fromHeaders`. */
const DEFAULT_HEADER = { name: "Authorization", prefix: "Bearer " };
const DEFAULT_PARAMETER = "access_token";

/** The token that a request carries where a rule looks for one: headers before query parameters before cookies. */
export function tokenFor(
  rule: JwtRule,
  { headers, query }: Pick<MeshRequest, "headers" | "query">,
): string | undefined {
  const { fromHeaders = [], fromParams = [], fromCookies = [] } = rule;
  const unsaid = fromHeaders.length + fromParams.length + fromCookies.length === 0;
  const cookies = cookiesOf(headers["cookie"] ?? "");
  return [
    ...(unsaid ? [DEFAULT_HEADER] : fromHeaders).map(({ name, prefix = "" }) => {
      const value = headers[name.toLowerCase()];
      return value?.startsWith(prefix) === true ? value.slice(prefix.length) : undefined;
    }),
    ...(unsaid ? [DEFAULT_PARAMETER] : fromParams).map((name) => query[name]),
    ...fromCookies.map((name) => cookies.get(name)),
  ].find((token) => token !== undefined);
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(";").flatMap((pair): [string, string][] => {
      const at = pair.indexOf("=");
      return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]];
    }),
  );
}
