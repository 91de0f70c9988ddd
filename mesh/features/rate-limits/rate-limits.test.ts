import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { checkStack } from "../../checks/index.ts";
import { explain } from "../../../analysis/explain/explain.ts";
import { parseRequest } from "../../../analysis/explain/request.ts";
import { worldOf } from "../../../cli/stack/stack-world.ts";
import { pathRegex } from "./envoy.ts";
import { globalRateLimits, rateLimitServiceConfig } from "./global.ts";
import { localRateLimits, retryAfterSeconds } from "./local.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

function limited(local: readonly PlainObject[]) {
  return stackData({}, { services: { product: { rateLimits: { local } } } });
}

describe("local rate limits", () => {
  it("are an EnvoyFilter of v3 types at the service's own pods, and nothing where there are none", () => {
    assert.deepEqual(localRateLimits(stackData().catalog), []);
    const [filter, ...others] = localRateLimits(
      limited([{ requests: 10, per: "minute", header: "x-user-id" }]).catalog,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(filter?.metadata.name, "product-local-rate-limit");
    assert.deepEqual(filter.spec.workloadSelector, { labels: { app: "product" } });
    const [patch] = filter.spec.configPatches;
    assert.deepEqual(patch?.match["context"], "SIDECAR_INBOUND");
    assert.match(JSON.stringify(patch.patch), /local_ratelimit\.v3\.LocalRateLimit/);
    assert.doesNotMatch(JSON.stringify(filter), /v2/);
  });

  it("tell when to come back: after the share of one request in the window, rounded up", () => {
    assert.equal(retryAfterSeconds({ requests: 100, per: "minute" }), 1);
    assert.equal(retryAfterSeconds({ requests: 7, per: "minute" }), 9);
    assert.equal(retryAfterSeconds({ requests: 1, per: "hour" }), 3600);
  });

  it("count a prefix and what lies below, whatever characters it has", () => {
    const part = fc.stringMatching(/^[a-z.+*()[\]$^|\\-]{1,6}$/);
    fc.assert(
      fc.property(part, part, (one, other) => {
        const regex = new RegExp(`^(?:${pathRegex(`/${one}`)})$`, "u");
        for (const path of [`/${one}`, `/${one}?q=1`, `/${one}/${other}`, `/${one}/${other}?q=1`]) {
          assert.ok(regex.test(path), path);
        }
        assert.ok(!regex.test(`/${one}${other}`));
        assert.ok(!regex.test(`/other/${one}`));
      }),
    );
  });

  it("are told by explain only where they count the request", () => {
    const world = worldOf(
      limited([
        { requests: 100, per: "minute" },
        { requests: 10, per: "minute", header: "x-user-id" },
        { requests: 1, per: "second", prefix: "/products/search" },
      ]),
    );
    const limits = (path: string, headers: readonly string[]): string[] =>
      explain(world, parseRequest(`GET http://product:8080${path}`, headers, "cart"), 0)
        .limits.filter(({ kind }) => kind === "localRateLimit")
        .map(({ message }) => message);
    assert.deepEqual(limits("/products", []), ["100 requests in 60s at each pod"]);
    assert.deepEqual(limits("/products/search/1", ["x-user-id: 7"]), [
      "100 requests in 60s at each pod",
      "10 requests in 60s at each pod for each x-user-id",
      "1 requests in 1s at each pod with path /products/search",
    ]);
  });

  it("refuse two that count the same requests in the same window", () => {
    const twice = limited([
      { requests: 10, per: "minute", header: "x-user-id" },
      { requests: 20, per: "minute", header: "x-user-id" },
      { requests: 1000, per: "hour", header: "x-user-id" },
    ]);
    const problems = checkStack(twice).filter(({ path }) => path.includes("rateLimits"));
    assert.deepEqual(
      problems.map(({ path, message }) => [path, message]),
      [
        [
          "services.product.rateLimits.local[1]",
          "expected one limit a minute for the same requests; [0] counts them too",
        ],
      ],
    );
  });
});

describe("global rate limits", () => {
  const SERVICE = { traffic: { rateLimitService: { address: "ratelimit.limits.svc.cluster.local:8081" } } };
  const global = (limits: readonly PlainObject[], config: PlainObject = SERVICE) =>
    stackData(config, { services: { product: { rateLimits: { global: limits } } } });
  const problemsOf = (stack: ReturnType<typeof stackData>) =>
    checkStack(stack)
      .filter(({ path }) => path.includes("ateLimit"))
      .map(({ path }) => path);

  it("are nothing without a limit, and the settings of the service name every limit of the gateway", () => {
    assert.deepEqual(globalRateLimits(stackData(SERVICE)), []);
    assert.equal(rateLimitServiceConfig(stackData(SERVICE)), undefined);
    const stack = global([
      { requests: 1000, per: "minute" },
      { requests: 10, per: "second", header: "x-user-id", prefix: "/products/search" },
    ]);
    assert.deepEqual(parse(rateLimitServiceConfig(stack) ?? ""), {
      domain: "ecommerce",
      descriptors: [
        { key: "limit", value: "product.0", rate_limit: { unit: "minute", requests_per_unit: 1000 } },
        {
          key: "limit",
          value: "product.1",
          descriptors: [{ key: "x-user-id", rate_limit: { unit: "second", requests_per_unit: 10 } }],
        },
      ],
    });
    const asked = JSON.stringify(globalRateLimits(stack));
    assert.ok(asked.includes("product.0") && asked.includes("product.1"));
  });

  it("are told by explain for requests from outside, and for no call in the mesh", () => {
    const world = worldOf(global([{ requests: 10, per: "minute", header: "x-user-id" }]));
    const kinds = (text: string, from?: string) =>
      explain(world, parseRequest(text, ["x-user-id: 7"], from), 0)
        .limits.filter(({ kind }) => kind === "globalRateLimit")
        .map(({ message }) => message);
    assert.deepEqual(kinds("GET https://ecommerce.example.com/products/1"), [
      "counted by the rate limit service as limit product.0, x-user-id 7",
    ]);
    assert.deepEqual(kinds("GET https://ecommerce.example.com/cart"), []);
    assert.deepEqual(kinds("GET http://product:8080/products", "cart"), []);
  });

  it("are told with their numbers where the stack's own service has them", () => {
    const limits = [
      { requests: 1000, per: "second" },
      { requests: 10, per: "minute", header: "x-user-id" },
    ];
    const problems = (config: PlainObject) => {
      const request = parseRequest("GET https://ecommerce.example.com/products/1", ["x-user-id: 7"], undefined);
      return explain(worldOf(global(limits, config)), request, 0)
        .limits.filter(({ kind }) => kind === "globalRateLimit")
        .map((limit) => limit.message);
    };
    assert.deepEqual(problems({}), [
      "1000 requests a second, counted by the rate limit service as limit product.0",
      "10 requests a minute, counted by the rate limit service as limit product.1, x-user-id 7",
    ]);
    assert.deepEqual(problems(SERVICE), [
      "counted by the rate limit service as limit product.0",
      "counted by the rate limit service as limit product.1, x-user-id 7",
    ]);
  });

  it("are refused off the service's routes, and without routes", () => {
    const limit = { requests: 1, per: "minute" };
    assert.deepEqual(problemsOf(global([limit])), []);
    assert.deepEqual(problemsOf(global([{ ...limit, prefix: "/cart/x" }])), [
      "services.product.rateLimits.global[0].prefix",
    ]);
    const inner = stackData(SERVICE, { services: { product: { routes: [], rateLimits: { global: [limit] } } } });
    assert.deepEqual(problemsOf(inner), ["services.product.rateLimits.global[0]"]);
  });

  it("are counted by the stack's own service where no address is named", () => {
    const asked = (config: PlainObject) =>
      JSON.stringify(globalRateLimits(global([{ requests: 1, per: "minute" }], config)));
    assert.ok(asked({}).includes("outbound|8081||ratelimit.rate-limit.svc.cluster.local"));
    assert.ok(asked(SERVICE).includes("outbound|8081||ratelimit.limits.svc.cluster.local"));
  });
});
