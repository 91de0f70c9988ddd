import assert from "node:assert/strict";
import fc from "fast-check";
import { catalog as catalogSchema, type Catalog } from "../../stack/catalog.ts";
import { stackConfig } from "../../stack/config.ts";
import { checkGatewayApi } from "./checks.ts";
import type { Check } from "../../stack/check.ts";
import { checkMirrors } from "../routing/checks-mirrors.ts";
import { checkPrecedence } from "../routing/checks-precedence.ts";
import { checkRoutes } from "../routing/checks-routes.ts";
import { checkRules } from "../routing/checks-rules.ts";
import { milliseconds } from "../../kubernetes/duration.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import type { Explanation, MeshRequest } from "../../../analysis/explain/types.ts";
import type { World } from "../../../analysis/explain/world.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const config = (gatewayApi: boolean) =>
  stackConfig.parse({
    platform: { kind: "kubeconfig", nodes: { count: 9, cpu: "64", memory: "256Gi", zones: 3 } },
    security: { profile: "development" },
    mesh: { gatewayApi },
  });
const BY_ISTIO = config(false);
const BY_GATEWAY_API = config(true);

/** What may be wrong with the catalogs below; the other checks take ten times as long and say nothing of them. */
const OF_CATALOGS: readonly Check[] = [checkRoutes, checkRules, checkPrecedence, checkMirrors];

/** Requests that meet the conditions of the rules below one by one and together. */
const HEADERS: readonly Record<string, string>[] = [
  {},
  { h1: "x" },
  { h1: "xy", h2: "z" },
  { h1: "x", h2: "x" },
  { h1: "q", cookie: "c1=x; c2=y" },
];
const PATHS = ["/", "/a", "/a/b", "/a/b/7", "/ab", "/c/d", "/c/d/e"];
const REQUESTS: readonly MeshRequest[] = PATHS.flatMap((path) =>
  ["GET", "PUT"].flatMap((method) =>
    HEADERS.flatMap((headers) => {
      const query: Record<string, string> = method === "GET" ? { q: "x", r: "x", s: "x" } : {};
      return ["shop.example.com", "other.example.com"].map((host) => ({
        ...{ method, path, headers, host, query, scheme: "https" as const, port: undefined },
      }));
    }),
  ),
);
/** Those that the rules of `rivals` tell apart. */
const NARROWED = REQUESTS.filter(
  ({ method, host, path }) => method === "GET" && host === "shop.example.com" && path.startsWith("/a/b"),
);
const PLAIN: MeshRequest = { ...(REQUESTS[0] as MeshRequest), scheme: "http" };

const value = fc.constantFrom("x", { prefix: "x" }, { present: true }, { regex: "[xyz]+" });
const rule = fc.record(
  {
    match: fc
      .record(
        {
          path: fc.constantFrom("/a", "/a/b", { exact: "/a/b" }, { exact: "/c/d" }),
          methods: fc.constantFrom(["GET"], ["GET", "POST"]),
          headers: fc.dictionary(fc.constantFrom("h1", "h2"), value, { minKeys: 1, maxKeys: 2 }),
          cookie: fc.constant({ name: "c1", value: "x" }),
          query: fc.constant({ q: "x" }),
          source: fc.constant({ service: "other" }),
        },
        { requiredKeys: [] },
      )
      .filter((match) => Object.keys(match).length > 0),
    version: fc.constantFrom("v1", "v2"),
    priority: fc.constantFrom(0, 0, 1),
    timeout: fc.constantFrom("1.5s", "90s"),
    mirror: fc.constantFrom({ version: "v2", percent: 10 }, { version: "v1", percent: 0.5 }),
  },
  { requiredKeys: ["match", "version"] },
);
const route = (prefixes: readonly string[]) =>
  fc.record(
    {
      prefix: fc.constantFrom(...prefixes),
      rewrite: fc.constantFrom({ path: "/" }, { path: "/new" }, { authority: "new.example.com" }),
      hosts: fc.constant(["shop.example.com"]),
    },
    { requiredKeys: ["prefix"] },
  );

/** Two services that share the prefixes of two hosts. */
const catalogs: fc.Arbitrary<PlainObject> = fc
  .record({
    routes: fc.uniqueArray(route(["/", "/a", "/a/b"]), {
      minLength: 1,
      maxLength: 3,
      selector: ({ prefix }) => prefix,
    }),
    others: fc.uniqueArray(route(["/c", "/c/d", "/a/b/7"]), { maxLength: 2, selector: ({ prefix }) => prefix }),
    rules: fc.array(rule, { minLength: 2, maxLength: 3 }),
    weight: fc.constantFrom(0, 20, 100),
  })
  .map(({ routes, others, rules, weight }) => ({
    name: "shop",
    namespace: "shop",
    hosts: ["shop.example.com", "other.example.com"],
    redirects: [{ prefix: "/c/d/e", path: "/a" }],
    services: {
      callee: { versions: { v1: { weight: 100 - weight }, v2: { weight } }, routes, rules },
      other: { routes: others, calls: [{ to: "callee", methods: ["GET"], paths: ["/*"] }] },
    },
  }));

const path = fc.constantFrom("/a", "/a/b", { exact: "/a/b" });
const headers = fc.constantFrom({ h1: "x" }, { h2: "x", h1: { present: true } });
const match = fc
  .record(
    { path, headers, methods: fc.constant(["GET"]), query: fc.constantFrom({ q: "x" }, { r: "x", s: "x" }) },
    { requiredKeys: [] },
  )
  .filter((conditions) => Object.keys(conditions).length > 0);

/** A service with two rules for two versions, of which the first has priority: the Gateway API may try the other first. */
const rivals: fc.Arbitrary<PlainObject> = fc.tuple(match, match).map(([one, other]) => ({
  name: "shop",
  namespace: "shop",
  hosts: ["shop.example.com"],
  services: {
    callee: {
      versions: { v1: {}, v2: {} },
      canary: { version: "v2", phase: 2 },
      routes: [{ prefix: "/" }],
      rules: [
        { match: one, version: "v1", priority: 1 },
        { match: other, version: "v2" },
      ],
    },
  },
}));

/** Of `1s500ms` as of `1.5s`. */
function millisecondsOf(text: string): number {
  return (text.match(/[\d.]+[a-z]+/g) ?? []).reduce((sum, part) => sum + milliseconds(part), 0);
}

/** What a client sees, and which pods it meets, without the names of the objects that said so. */
function outcome(world: World, asked: MeshRequest) {
  const { answers, failures, status, location, timeout, retries, mirror, delay, trace }: Explanation = explain(
    world,
    asked,
    0,
  );
  const pods = new Map<string, number>();
  for (const { pods: groups, probability } of answers) {
    const key = groups.map(({ deployment }) => deployment).join();
    pods.set(key, Math.round(((pods.get(key) ?? 0) + probability) * 1e6) / 1e6);
  }
  const path = trace
    .map(({ message }) => /the path becomes [^;]+/.exec(message)?.[0])
    .filter((text) => text !== undefined);
  return {
    pods: [...pods].sort(),
    // A host that nobody knows is refused by a server in the one, and by no route in the other: 404 in both.
    failures: status === 404 ? [] : failures.map(({ status, probability }) => ({ status, probability })),
    ...{ status, location, retries, delay, path, timeout: timeout === null ? null : millisecondsOf(timeout) },
    mirror: mirror.map(({ version, percent }) => ({ version, percent })),
  };
}

/** Asks every request of both worlds of each catalog that neither refuses. @returns how many there were, and how many were refused */
function compare(
  catalogs: fc.Arbitrary<PlainObject>,
  requests: readonly MeshRequest[],
  numRuns: number,
): { good: number; refused: number } {
  const counts = { good: 0, refused: 0 };
  const property = fc.property(catalogs, (text) => {
    const parsed = catalogSchema.safeParse(text);
    const byIstio = { config: BY_ISTIO, catalog: parsed.data as Catalog };
    if (!parsed.success || OF_CATALOGS.some((check) => check(byIstio).length > 0)) {
      return;
    }
    const byGatewayApi = { ...byIstio, config: BY_GATEWAY_API };
    if (checkGatewayApi(byGatewayApi).length > 0) {
      counts.refused += 1;
      return;
    }
    counts.good += 1;
    const [istio, gatewayApi] = [worldOf(byIstio), worldOf(byGatewayApi)];
    for (const asked of requests) {
      assert.deepEqual(outcome(gatewayApi, asked), outcome(istio, asked), JSON.stringify(asked));
    }
  });
  fc.assert(property, { numRuns });
  return counts;
}

describe("the same catalog by the Gateway API", () => {
  it("gives every request from outside the answers that Istio's Gateway and VirtualServices give, or is refused", () => {
    const { good, refused } = compare(catalogs, [...REQUESTS, PLAIN], 150);
    assert.ok(good > 10, `only ${good} catalogs were good`);
    assert.ok(refused < good, `${refused} catalogs were refused, ${good} were not`);
  });

  it("is refused where the Gateway API would try the rules of a service in another order, and only there", () => {
    const { good, refused } = compare(rivals, NARROWED, 600);
    assert.ok(good > 100, `only ${good} catalogs were good`);
    assert.ok(refused > 40, `only ${refused} catalogs were refused`);
    assert.ok(refused < 1.3 * good, `${refused} catalogs were refused, ${good} were not`);
  });
});
