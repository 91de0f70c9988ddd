import type { MeshRequest } from "./types.ts";
import type { RequestAuthenticationView } from "./world.ts";

export type JwtRule = NonNullable<RequestAuthenticationView["spec"]["jwtRules"]>[number];

/** Where Envoy looks when a rule names no place. Source: Istio's reference of JWTRule, `fromHeaders`. */
const DEFAULT_HEADER = { name: "Authorization", prefix: "Bearer " };
const DEFAULT_PARAMETER = "access_token";

/** The tokens that a request carries where a rule looks for them. */
export function tokensFor(rule: JwtRule, { headers, query }: Pick<MeshRequest, "headers" | "query">): string[] {
  const { fromHeaders = [], fromParams = [], fromCookies = [] } = rule;
  const unsaid = fromHeaders.length + fromParams.length + fromCookies.length === 0;
  const cookies = cookiesOf(headers["cookie"] ?? "");
  return [
    ...(unsaid ? [DEFAULT_HEADER] : fromHeaders).map(({ name, prefix = "" }) => {
      const value = headers[name.toLowerCase()];
      // Envoy looks for the prefix anywhere, and takes what follows.
      const at = value?.indexOf(prefix) ?? -1;
      return at < 0 ? undefined : value?.slice(at + prefix.length);
    }),
    ...(unsaid ? [DEFAULT_PARAMETER] : fromParams).map((name) => query[name]),
    ...fromCookies.map((name) => cookies.get(name)),
  ].filter((token) => token !== undefined);
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(";").flatMap((pair): [string, string][] => {
      const at = pair.indexOf("=");
      return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]];
    }),
  );
}
