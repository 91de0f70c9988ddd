import { tokenFor } from "./token-location.ts";
import type { MeshRequest } from "./types.ts";
import type { RequestAuthenticationView } from "./world.ts";

/** Claims of a token; nobody has verified them. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** What a RequestAuthentication makes of a request. */
export type TokenVerdict =
  | { readonly kind: "none" }
  /** 401: no rule of its issuer, or it is not the time for it. 403: it is for somebody else. */
  | { readonly kind: "refused"; readonly status: 401 | 403; readonly says: string }
  /** As far as can be told without the issuer's keys. */
  | { readonly kind: "accepted"; readonly claims: TokenClaims; readonly says: string };

/** Seconds that the clocks of issuer and proxy may differ. Source: `kClockSkewInSecond` of Envoy, which Istio leaves as it is. */
const CLOCK_SKEW = 60;

/**
 * Judges the token of a request by the rules that hold for a workload, except for its signature: that takes the
 * issuer's keys, which are not here.
 * @param now seconds since 1970
 */
export function judgeToken(
  rules: readonly RequestAuthenticationView[],
  request: Pick<MeshRequest, "headers" | "query">,
  now: number,
): TokenVerdict {
  const found = rules
    .flatMap(({ spec }) => spec.jwtRules ?? [])
    .flatMap((rule) => {
      const token = tokenFor(rule, request);
      return token === undefined ? [] : [{ rule, claims: claimsOf(token) }];
    });
  if (found.length === 0) {
    return { kind: "none" };
  }
  const readable = found.flatMap(({ rule, claims }) => (claims === undefined ? [] : [{ rule, claims }]));
  if (readable.length === 0) {
    return { kind: "refused", status: 401, says: "the token is no JWT" };
  }
  const match = readable.find(({ rule, claims }) => rule.issuer === claims["iss"]);
  if (match === undefined) {
    const issuers = [...new Set(readable.map(({ claims }) => JSON.stringify(claims["iss"] ?? "")))];
    return { kind: "refused", status: 401, says: `no rule that looks there knows the issuer ${issuers.join(" or ")}` };
  }
  const { rule, claims } = match;
  const { exp, nbf } = claims;
  if (typeof nbf === "number" && nbf > now + CLOCK_SKEW) {
    return { kind: "refused", status: 401, says: "the token is not valid yet" };
  }
  if (typeof exp === "number" && now > exp + CLOCK_SKEW) {
    return { kind: "refused", status: 401, says: "the token has expired" };
  }
  const audiences = rule.audiences ?? [];
  const offered = [claims["aud"]].flat();
  if (audiences.length > 0 && !audiences.some((audience) => offered.includes(audience))) {
    return {
      kind: "refused",
      status: 403,
      says: `the token is for ${JSON.stringify(claims["aud"] ?? null)}, not for ${audiences.join(" or ")}`,
    };
  }
  return {
    kind: "accepted",
    claims,
    says: `the token of ${rule.issuer} is taken, if its signature is right (not checked here)`,
  };
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
