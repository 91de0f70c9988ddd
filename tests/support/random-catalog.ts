import fc from "fast-check";
import { catalog as catalogSchema, type Catalog } from "../../mesh/stack/catalog.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const methods = fc.subarray([...METHODS], { minLength: 1 });

/** Paths that never meet those of the probes. */
const segment = fc.constantFrom("a", "b", "ab", "c");
const path = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "*", "/*"))
  .map(([segments, end]) => `/${segments.join("/")}${end}`);
const paths = fc.uniqueArray(path, { minLength: 1, maxLength: 3 });

/** Catalogs of up to seven services with calls, routes and second versions at random; valid by construction. */
export const randomCatalog: fc.Arbitrary<Catalog> = fc
  .integer({ min: 2, max: 7 })
  .chain((size) => {
    const names = Array.from({ length: size }, (_, index) => `s${index}`);
    const serviceOf = (name: string) =>
      fc.record({
        port: fc.constantFrom(8080, 9000),
        calls: fc
          .subarray(names.filter((other) => other !== name))
          .chain((called) => fc.tuple(...called.map((to) => fc.record({ to: fc.constant(to), methods, paths })))),
        routes: fc.oneof(
          fc.constant([]),
          fc.constant([{ prefix: `/${name}`, allow: "none" }]),
          fc.record({ methods, paths }).map((allow) => [{ prefix: `/${name}`, allow }]),
        ),
        versions: fc.constantFrom({ v1: {} }, { v1: { weight: 90 }, v2: { weight: 10 } }),
      });
    return fc
      .tuple(...names.map(serviceOf))
      .map((specs) => Object.fromEntries(specs.map((spec, index) => [`s${index}`, spec])));
  })
  .map((services) =>
    catalogSchema.parse({ name: "random", namespace: "random", hosts: ["random.example.com"], services }),
  );

/** A method and a path to ask for: some that are allowed somewhere, some that are nowhere. */
export const randomRequest = fc.record({
  method: fc.constantFrom(...METHODS, "get", "TRACE"),
  path: fc.oneof(
    fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join("/")}`),
    fc.constantFrom("/", "/a/", "/health", "/elsewhere"),
  ),
});
