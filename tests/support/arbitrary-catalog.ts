import fc from "fast-check";
import type { PlainObject } from "../../mesh/stack/plain-object.ts";

/*
 * Services with few names and values, so that rules meet: whether a catalog is good is for the checks to say, and the
 * properties are of those that pass.
 */

const version = fc.constantFrom("v1", "v2", "v3");
const value = fc.oneof(
  fc.constantFrom("x", "xy", "z"),
  fc.record({ prefix: fc.constantFrom("x", "xy") }),
  fc.constant({ present: true }),
  fc.record({ regex: fc.constantFrom("x.*", "[yz]+") }),
);
const path = fc.oneof(
  fc.constantFrom("/a", "/a/b", "/c", "/"),
  fc.record({ exact: fc.constantFrom("/a", "/a/b", "/c/d") }),
);

/** Conditions of a request. @param caller name of a service that may be asked for as its source */
const matchFrom = (caller: fc.Arbitrary<string>) =>
  fc.record(
    {
      path,
      methods: fc.uniqueArray(fc.constantFrom("GET", "POST", "PUT"), { minLength: 1, maxLength: 2 }),
      headers: fc.dictionary(fc.constantFrom("h1", "h2"), value, { minKeys: 1, maxKeys: 2 }),
      cookie: fc.record({ name: fc.constantFrom("c1", "c2"), value: fc.constantFrom("x", "y") }),
      query: fc.dictionary(fc.constantFrom("q"), value, { minKeys: 1 }),
      source: fc.record({ service: caller }),
    },
    { requiredKeys: [] },
  );

/** What some requests get that others do not. */
export const ruleFrom = (caller: fc.Arbitrary<string>) =>
  fc.record(
    {
      match: matchFrom(caller),
      version,
      priority: fc.constantFrom(0, 0, 0, 1),
      timeout: fc.constantFrom("10s", "20s"),
    },
    { requiredKeys: ["match"] },
  );

/** Versions, and how requests are split among them. */
export const splitFrom = (caller: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.constant({ versions: { v1: {} } }),
    fc.integer({ min: 0, max: 100 }).map((weight) => ({ versions: { v1: { weight: 100 - weight }, v2: { weight } } })),
    fc.record({
      versions: fc.constant({ v1: {}, v2: {}, v3: {} }),
      canary: fc.record(
        {
          version: fc.constant("v2"),
          stable: fc.constant("v1"),
          phase: fc.integer({ min: 0, max: 5 }),
          match: matchFrom(caller),
        },
        { requiredKeys: ["version", "stable", "phase"] },
      ),
    }),
  );

const CALLER = fc.constant("caller");

const routes = fc
  .uniqueArray(fc.constantFrom("/", "/a", "/a/b", "/c"), { maxLength: 3 })
  .map((prefixes) => prefixes.map((prefix) => ({ prefix })));

/** A catalog of a service `callee` with every kind of route, which `caller` calls. */
export const arbitraryCatalog: fc.Arbitrary<PlainObject> = fc
  .record({ split: splitFrom(CALLER), routes, rules: fc.array(ruleFrom(CALLER), { maxLength: 4 }) })
  .map(({ split, routes, rules }) => ({
    name: "shop",
    namespace: "shop",
    hosts: ["shop.example.com"],
    services: {
      callee: { ...split, routes, rules },
      caller: { calls: [{ to: "callee", methods: ["GET"], paths: ["/*"] }], externalCalls: ["outside"] },
    },
    externalServices: { outside: { host: "api.example.org" } },
  }));
