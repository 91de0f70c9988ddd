import fc from "fast-check";
import type { Catalog, MatchSpec } from "../../mesh/stack/catalog.ts";
import { ANSWERED } from "./live-catalog.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/** A request as `mesh request` takes it. */
export interface LiveRequest {
  readonly text: string;
  readonly headers: readonly string[];
  readonly from?: string;
}

/** Whom a request is for, and the rule whose conditions it meets, but for what chance changes. */
interface Aim {
  readonly to: string;
  readonly match: MatchSpec;
  /** The service that asks; undefined: a client outside. */
  readonly from?: string;
}

const value = fc.constantFrom("x", "xy", "xyz", "z", "yz", "w", "", "xü");
const cookie = fc.tuple(fc.constantFrom("c1", "c2"), fc.constantFrom("x", "y", "w"));
const anyQuery = fc.oneof(
  fc.constant(""),
  value.map((text) => `?q=${text}`),
  value.map((text) => `?p=1&q=${text}&q=x`),
  fc.constantFrom("?q", "?q=%78", "?%71=x", "?q=x+y", "?Q=x"),
);
const segment = fc.constantFrom("a", "b", "ab", "c", "d", "A", "%61", "%2F", "%2fa", "~%7e", "%00");
const tail = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  fc.array(segment, { maxLength: 3 }).map((segments) => segments.map((one) => `/${one}`).join("")),
  fc.constantFrom("/", "/a/", "//a", "/a//b", "/old", "/health", "/ready"),
);

/** What tokens say, beside their issuer. */
const claims = fc.record(
  { aud: fc.constantFrom("shop", "shop", "bank"), role: fc.constantFrom("x", "y"), exp: fc.constant(1_700_000_000) },
  { requiredKeys: ["aud"] },
);

/** Requests from outside and from services of a catalog: half of them aim at a rule, and some of all go nowhere. */
export function liveRequest(catalog: Catalog, issuer: TokenIssuer): fc.Arbitrary<LiveRequest> {
  const trash = fc.constantFrom("", "", "", ",x", ".x");
  const token = fc.tuple(claims, trash).map(([said, after]) => `${issuer.bearer(said)}${after}`);
  return fc.constantFrom(...aimsAt(catalog)).chain((aim) => {
    const { from, to, match } = aim;
    const common = {
      method: mostly(match.methods ?? [], fc.constantFrom(...ANSWERED)),
      base: fc.constantFrom(...basesOf(catalog, aim)),
      tail,
      query: mostly(queriesOf(match), anyQuery),
      headers: headersFor(match),
      tokens: fc.array(token, { maxLength: 1 }),
    };
    return from === undefined
      ? fc
          .record({
            ...common,
            scheme: fc.constantFrom("http", "https", "https"),
            host: fc.constantFrom(...catalog.hosts, ...catalog.hosts, ...catalog.hosts, "unknown.example.com"),
          })
          .map(({ method, scheme, host, base, tail, query, headers, tokens }) => ({
            text: `${method} ${scheme}://${host}${base}${tail}${query}`,
            headers: [...headers, ...tokens],
          }))
      : fc
          .record({
            ...common,
            domain: fc.constantFrom("", "", ".random", ".random.svc", ".random.svc.cluster.local"),
            port: fc.constantFrom(":8080", ":8080", ":8080", ""),
            host: fc.option(fc.constantFrom(...Object.keys(catalog.services), "unknown.example.com"), { freq: 8 }),
          })
          .map(({ method, domain, port, host, base, tail, query, headers, tokens }) => ({
            text: `${method} http://${to}${domain}${port}${base}${tail}${query}`,
            headers: [...headers, ...tokens, ...(host === null ? [] : [`host: ${host}`])],
            from,
          }));
  });
}

/** Every pair of caller and called with each of its rules; those that the catalog means more often. */
function aimsAt({ services }: Catalog): Aim[] {
  return Object.entries(services).flatMap(([to, { rules, canary, routes }]) => {
    const matches = [...rules.map(({ match }) => match), ...(canary?.match === undefined ? [] : [canary.match])];
    const froms = [undefined, ...Object.keys(services)];
    return froms.flatMap((from) => {
      const isMeant =
        from === undefined ? routes.length > 0 : services[from]?.calls.some((call) => call.to === to) === true;
      const aims = [{}, ...matches].map((match) => ({ to, match, ...(from === undefined ? {} : { from }) }));
      return aims.flatMap((aim) => Array<Aim>(isMeant ? 6 : 1).fill(aim));
    });
  });
}

/** Beginnings of paths: what leads to the service, what callers may ask it for, and what the rule wants. */
function basesOf({ services }: Catalog, { to, from, match: { path } }: Aim): string[] {
  const wanted = typeof path === "string" ? path : path !== undefined && "exact" in path ? path.exact : undefined;
  const granted =
    from === undefined
      ? (services[to]?.routes.map(({ prefix }) => prefix) ?? [])
      : (services[from]?.calls.filter((call) => call.to === to).flatMap(({ paths }) => paths) ?? []);
  const all = ["", ...granted.map((one) => one.replace(/\*$/, "")), ...Array<string>(3).fill(wanted ?? "/a")];
  return all.map((one) => one.replace(/\/$/, ""));
}

function queriesOf({ query = {} }: MatchSpec): string[] {
  const parts = Object.entries(query).map(([name, wanted]) => `${name}=${satisfying(wanted)}`);
  return parts.length === 0 ? [] : [`?${parts.join("&")}`];
}

/** The headers that a rule asks for, of which chance changes some. */
function headersFor({ headers = {}, cookie: wanted }: MatchSpec): fc.Arbitrary<string[]> {
  const ofHeader = (name: string) => {
    const want = headers[name];
    const satisfied = want === undefined ? [] : [`${name}: ${satisfying(want)}`];
    const other = fc.option(
      value.map((text) => `${name}: ${text}`),
      { nil: undefined, freq: 2 },
    );
    return mostly<string | undefined>(satisfied, other);
  };
  const pairs = wanted === undefined ? [] : [`cookie: a=b; ${wanted.name}=${wanted.value ?? "x"}`];
  const otherPair = fc.option(
    cookie.map(([name, text]) => `cookie: a=b; ${name}=${text}`),
    { nil: undefined, freq: 2 },
  );
  return fc
    .tuple(ofHeader("h1"), ofHeader("h2"), mostly<string | undefined>(pairs, otherPair))
    .map((lines) => lines.filter((line) => line !== undefined));
}

/** A value that a condition of the arbitrary catalogs takes. */
function satisfying(want: NonNullable<MatchSpec["headers"]>[string]): string {
  if (typeof want === "string") {
    return want;
  }
  return "prefix" in want ? `${want.prefix}z` : "regex" in want ? (want.regex.startsWith("x") ? "xw" : "zy") : "w";
}

function mostly<T>(wanted: readonly T[], other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return wanted.length === 0 ? other : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...wanted) }, other);
}
