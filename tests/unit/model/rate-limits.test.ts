import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlainObject } from "../../../config/merge.ts";
import { checkStack } from "../../../model/checks/index.ts";
import { explain } from "../../../model/explain/explain.ts";
import { parseRequest } from "../../../model/explain/request.ts";
import { worldOf } from "../../../model/explain/stack-world.ts";
import { pathRegex } from "../../../model/traffic/rate-limits/actions.ts";
import { localRateLimits, retryAfterSeconds } from "../../../model/traffic/rate-limits/local.ts";
import { stackData } from "../../support/stack-data.ts";

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

  it("say when to come back: after the share of one request in the window, rounded up", () => {
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
        .map(({ says }) => says);
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
