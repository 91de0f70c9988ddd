import type { MeshRequest } from "./types.ts";
import type { JwtRule, RequestAuthenticationView } from "./views.ts";

/** Claims of a token; nobody has verified them. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** What a RequestAuthentication makes of a request. */
export type TokenVerdict =
  | { readonly kind: "none" }
  /** 401: no rule for its issuer, or it is not the time for it. 403: it is for somebody else. */
  | { readonly kind: "refused"; readonly status: 401 | 403; readonly message: string }
  /** As far as can be told without the issuer's keys. */
  | { readonly kind: "accepted"; readonly claims: TokenClaims; readonly message: string };

/** Seconds that the clocks of issuer and proxy may differ. Source: `kClockSkewInSecond` of Envoy, which Istio leaves as it is. */
const CLOCK_SKEW = 60;

/**
 * Judges the tokens of a request by the rules that hold for a workload, except for their signatures: that takes the
 * issuers' keys, which are not here. All tokens that one rule finds must be good; of several rules one is enough.
 * @param now seconds since 1970
 */
export function judgeToken(
  rules: readonly RequestAuthenticationView[],
  request: Pick<MeshRequest, "headers" | "query">,
  now: number,
): TokenVerdict {
  const all = rules
    .flatMap(({ spec }) => spec.jwtRules ?? [])
    .flatMap((rule) => {
      const judged = tokensFor(rule, request).map((token) => judgeOne(rule, token, now));
      return judged.find(({ verdict }) => verdict.kind === "refused") ?? judged[0] ?? [];
    });
  // The rule of its issuer tells more of a token than one that does not know the issuer.
  const chosen = all.find(({ verdict }) => verdict.kind === "accepted") ?? all.find(({ isKnown }) => isKnown) ?? all[0];
  return chosen?.verdict ?? { kind: "none" };
}

/** What one rule makes of one token, and whether it knows the issuer. */
function judgeOne(rule: JwtRule, token: string, now: number): { verdict: TokenVerdict; isKnown: boolean } {
  const claims = claimsOf(token);
  const refused = (status: 401 | 403, message: string, isKnown = true) => ({
    verdict: { kind: "refused" as const, status, message },
    isKnown,
  });
  if (claims === undefined) {
    return refused(401, "the token is no JWT", false);
  }
  const { iss, exp, nbf, aud } = claims;
  if (rule.issuer !== iss) {
    return refused(401, `no rule that looks there knows the issuer ${JSON.stringify(iss ?? "")}`, false);
  }
  if (typeof nbf === "number" && nbf > now + CLOCK_SKEW) {
    return refused(401, "the token is not valid yet");
  }
  if (typeof exp === "number" && now > exp + CLOCK_SKEW) {
    return refused(401, "the token has expired");
  }
  const { audiences = [] } = rule;
  const offered = [aud].flat();
  if (audiences.length > 0 && !audiences.some((audience) => offered.includes(audience))) {
    return refused(403, `the token is for ${JSON.stringify(aud ?? null)}, not for ${audiences.join(" or ")}`);
  }
  const message = `the token of ${rule.issuer} is taken, if its signature is right (not checked here)`;
  return { verdict: { kind: "accepted", claims, message }, isKnown: true };
}

/** Header, payload and signature in base64url, which may be padded, with nothing around them. */
const JWT = /^[\w-]+={0,2}\.([\w-]+)={0,2}\.[\w-]+={0,2}$/;

function claimsOf(token: string): TokenClaims | undefined {
  const payload = JWT.exec(token)?.[1] ?? "";
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as TokenClaims) : undefined;
  } catch {
    // Not base64, or no JSON in it: no JWT.
    return undefined;
  }
}

/** Where Envoy looks when a rule names no place. Source: Istio's reference of JWTRule, `fromHeaders`. */
const DEFAULT_PLACES = { fromHeaders: [{ name: "Authorization", prefix: "Bearer " }], fromParams: ["access_token"] };

/** The tokens that a request carries where a rule looks for them. */
function tokensFor(rule: JwtRule, { headers, query }: Pick<MeshRequest, "headers" | "query">): string[] {
  const isPlaced = [rule.fromHeaders, rule.fromParams, rule.fromCookies].some((places = []) => places.length > 0);
  const { fromHeaders = [], fromParams = [], fromCookies = [] }: Partial<JwtRule> = isPlaced ? rule : DEFAULT_PLACES;
  const cookies = new Map(
    (headers["cookie"] ?? "")
      .split(";")
      .filter((pair) => pair.includes("="))
      .map(cookieOf),
  );
  return [
    ...fromHeaders.map(({ name, prefix = "" }) => {
      const value = headers[name.toLowerCase()];
      // Envoy looks for the prefix anywhere, and takes what follows.
      const at = value?.indexOf(prefix) ?? -1;
      return at < 0 ? undefined : value?.slice(at + prefix.length);
    }),
    ...fromParams.map((name) => query[name]),
    ...fromCookies.map((name) => cookies.get(name)),
  ].filter((token) => token !== undefined);
}

function cookieOf(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}
