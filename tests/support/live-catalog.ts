import fc from "fast-check";
import { readStackFile } from "../../mesh/load/load.ts";
import { catalog as catalogSchema, type Catalog } from "../../mesh/stack/catalog.ts";
import { METHODS } from "../../mesh/schema/terms.ts";
import { checkStack } from "../../mesh/checks/index.ts";
import { ruleFrom, splitFrom } from "./arbitrary-catalog.ts";
import { PROJECT_DIRECTORY } from "./stacks.ts";
import type { TokenIssuer } from "./token-issuer.ts";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/** Catalogs that are drawn until one is good. */
const DRAWS = 2_000;

/** Pods of a catalog that one machine brings up in a minute. */
const MOST_PODS = 8;

const HOSTS = ["random.example.com", "other.example.com"] as const;

/** The demo image takes a PATCH for gRPC, and closes the connection. */
export const ANSWERED = METHODS.filter((method) => method !== "PATCH");
const methods = fc.uniqueArray(fc.constantFrom(...ANSWERED), { minLength: 1, maxLength: 3 });
const paths = fc.uniqueArray(fc.constantFrom("/*", "/a", "/a*", "/a/*", "/c/*", "/b/a"), {
  minLength: 1,
  maxLength: 2,
});
const allow = fc.oneof(
  fc.constant("none"),
  fc.record({ methods }),
  fc.record({ methods, paths, token: fc.constantFrom("none", { claims: { role: ["x"] } }) }, { requiredKeys: [] }),
  fc.array(fc.record({ methods, paths }), { minLength: 1, maxLength: 2 }),
);

function routesOf(service: string): fc.Arbitrary<PlainObject[]> {
  const prefixes = fc.subarray([`/${service}`, `/${service}/a`, ...(service === "s0" ? ["/", "/a"] : [])]);
  const settings = fc.record(
    {
      allow,
      hosts: fc.constantFrom(...HOSTS).map((host) => [host]),
      rewrite: fc.constantFrom("/", "/a", "/c/d").map((path) => ({ path })),
    },
    { requiredKeys: [] },
  );
  return prefixes.chain((drawn) =>
    fc.tuple(...drawn.map((prefix) => settings.map((setting) => ({ prefix, ...setting })))),
  );
}

/**
 * Three or four services with splits, rules, calls, routes and tokens at random; whether it is good is for the checks to say.
 * @param size how many
 */
function liveCatalog(size: number, { name: issuer, jwks }: TokenIssuer): fc.Arbitrary<PlainObject> {
  const names = Array.from({ length: size }, (_, index) => `s${index}`);
  const caller = fc.constantFrom(...names);
  // which service may call which is asked without headers, and an abort would look like a refusal.
  const rule = fc
    .record({ rule: ruleFrom(caller), isAborted: fc.boolean() })
    .map(({ rule, isAborted }) =>
      isAborted && rule.match.headers !== undefined
        ? { ...rule, fault: { abort: { percent: 100, httpStatus: 418 } } }
        : rule,
    );
  const jwt = fc.boolean().map((required) => ({ required, rules: [{ issuer, jwks, audiences: ["shop"] }] }));
  const serviceOf = (name: string) =>
    fc
      .record({
        split: splitFrom(caller),
        rules: fc.array(rule, { maxLength: 2 }),
        jwt: fc.option(jwt, { nil: undefined, freq: 2 }),
        routes: routesOf(name),
        calls: fc
          .subarray(names.filter((other) => other !== name))
          .chain((called) => fc.tuple(...called.map((to) => fc.record({ to: fc.constant(to), methods, paths })))),
      })
      .map(({ split, jwt, ...spec }) => ({
        ...split,
        ...spec,
        ...(jwt === undefined ? {} : { jwt }),
        replicas: { min: 1, max: 1 },
        // A request's own way is what is compared: no container calls on, also not in circles.
        env: { UPSTREAM_URIS: "" },
      }));
  return fc
    .record({
      services: fc.tuple(...names.map(serviceOf)),
      redirects: fc.constantFrom([], [{ prefix: "/old", path: "/s0" }], [{ prefix: "/s1/old", host: HOSTS[1] }]),
    })
    .map(({ services, redirects }) => ({
      name: "random",
      namespace: "random",
      hosts: [...HOSTS],
      redirects,
      services: Object.fromEntries(services.map((spec, index) => [`s${index}`, spec])),
    }));
}

/**
 * The first catalog of a seed that the stack `local` takes, with routes, calls, rules and a split.
 * @param issuer whose tokens some of its services take
 * @throws Error when none of many is
 */
export function acceptedCatalog(seed: number, issuer: TokenIssuer): PlainObject {
  const { config } = readStackFile(PROJECT_DIRECTORY, "local");
  const catalogs = fc.integer({ min: 3, max: 4 }).chain((size) => liveCatalog(size, issuer));
  const found = fc.sample(catalogs, { seed, numRuns: DRAWS }).find((drawn) => {
    const { data } = catalogSchema.safeParse(drawn);
    return data !== undefined && isWorthwhile(data) && checkStack({ config, catalog: data }).length === 0;
  });
  if (found === undefined) {
    throw new Error(`seed ${seed} gives no catalog that is accepted`);
  }
  return found;
}

function isWorthwhile(catalog: Catalog): boolean {
  const services = Object.values(catalog.services);
  const pods = services.flatMap(({ versions }) => Object.keys(versions)).length;
  const has = (key: "routes" | "calls" | "rules") => services.some((service) => service[key].length > 0);
  return pods > services.length && pods <= MOST_PODS && has("routes") && has("calls") && has("rules");
}
