import type { RequestAuthenticationView } from "./world.ts";

/** Claims of a token; nobody has verified them. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** What a RequestAuthentication makes of a request. */
export type TokenVerdict =
  | { readonly kind: "none" }
  /** No rule of its issuer, or its audience or time is wrong: 401. */
  | { readonly kind: "refused"; readonly says: string }
  /** As far as can be told without the issuer's keys. */
  | { readonly kind: "accepted"; readonly claims: TokenClaims; readonly says: string };

/**
 * Judges the token of a request by the rules that hold for a workload, except for its signature: that takes the
 * issuer's keys, which are not here.
 * @param now seconds since 1970
 */
export function judgeToken(
  rules: readonly RequestAuthenticationView[],
  headers: Readonly<Record<string, string>>,
  now: number,
): TokenVerdict {
  const jwtRules = rules.flatMap(({ spec }) => spec.jwtRules ?? []);
  const token = tokenOf(headers);
  if (jwtRules.length === 0 || token === undefined) {
    return { kind: "none" };
  }
  const claims = claimsOf(token);
  if (claims === undefined) {
    return { kind: "refused", says: "the bearer token is no JWT" };
  }
  const issuer = typeof claims["iss"] === "string" ? claims["iss"] : "";
  const rule = jwtRules.find((candidate) => candidate.issuer === issuer);
  if (rule === undefined) {
    return { kind: "refused", says: `no rule knows the issuer ${JSON.stringify(issuer)}` };
  }
  const audiences = rule.audiences ?? [];
  const offered = [claims["aud"]].flat();
  if (audiences.length > 0 && !audiences.some((audience) => offered.includes(audience))) {
    return {
      kind: "refused",
      says: `the token is for ${JSON.stringify(claims["aud"] ?? null)}, not for ${audiences.join(" or ")}`,
    };
  }
  if (typeof claims["exp"] === "number" && claims["exp"] < now) {
    return { kind: "refused", says: "the token has expired" };
  }
  return {
    kind: "accepted",
    claims,
    says: `the token of ${issuer} is taken, if its signature is right (not checked here)`,
  };
}

function tokenOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1];
}

function claimsOf(token: string): TokenClaims | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as TokenClaims) : undefined;
  } catch {
    // Not base64, or no JSON in it: no JWT.
    return undefined;
  }
}
