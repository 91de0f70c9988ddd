import type { TokenSpec } from "../../../mesh/features/authorization/schema/access.ts";
import type { Claims } from "../../../analysis/authorization/request.ts";

/** Tokens to try: none, and for each demand one that meets it and some that just do not. */
export function tokensFor(demands: readonly TokenSpec[], issuers: readonly string[]): (Claims | undefined)[] {
  const tried = demands.flatMap((demand) => around(demand, issuers));
  return [undefined, ...new Map(tried.map((claims) => [JSON.stringify(claims), claims])).values()];
}

function around(demand: TokenSpec, issuers: readonly string[]): Claims[] {
  const who = (demand.principals?.[0] ?? `${issuers[0] ?? ""}/somebody`).replace(/\*$/, "somebody");
  const slash = who.lastIndexOf("/");
  const good = Object.entries(demand.claims).reduce<Claims>((claims, [path, values]) => put(claims, path, values[0]), {
    iss: who.slice(0, slash),
    sub: who.slice(slash + 1),
  });
  return [
    good,
    { ...good, sub: "another" },
    ...issuers.map((iss) => ({ ...good, iss })),
    ...Object.keys(demand.claims).map((path) => put(good, path, "another value")),
  ];
}

/** Claims with a value in them; `a.b` is claim b within a. */
function put(claims: Claims, path: string, value: unknown): Claims {
  const [first = "", ...rest] = path.split(".");
  return {
    ...claims,
    [first]: rest.length === 0 ? value : put((claims[first] ?? {}) as Claims, rest.join("."), value),
  };
}

/** Whether a token says what is asked for. */
export function meets(demand: TokenSpec | undefined, claims: Claims | undefined): boolean {
  if (demand === undefined) {
    return true;
  }
  if (claims === undefined) {
    return false;
  }
  const who = `${String(claims["iss"])}/${String(claims["sub"])}`;
  const known = demand.principals?.some((one) => (one.endsWith("*") ? who.startsWith(one.slice(0, -1)) : who === one));
  return (
    (known ?? true) &&
    Object.entries(demand.claims).every(([path, values]) => {
      const value = path.split(".").reduce<unknown>((inner, key) => (inner as Claims | undefined)?.[key], claims);
      return values.some((one) => one === value);
    })
  );
}
