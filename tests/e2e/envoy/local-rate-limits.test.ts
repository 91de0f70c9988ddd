import assert from "node:assert/strict";
import type { Json } from "../../../mesh/kubernetes/objects.ts";
import { localRateLimits } from "../../../mesh/features/rate-limits/local.ts";
import { RunningEnvoy, validate } from "../../support/envoy.ts";
import { stackData } from "../../support/stack-data.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

/** The HTTP filters that the catalog gives product's proxies with these limits. */
function filters(local: readonly PlainObject[]): Json[] {
  const { catalog } = stackData({}, { services: { product: { rateLimits: { local } } } });
  return localRateLimits(catalog).flatMap(({ spec }) => spec.configPatches.map(({ patch }) => patch.value));
}

async function statuses(url: string, times: number, headers: Record<string, string> = {}): Promise<number[]> {
  const seen: number[] = [];
  for (let count = 0; count < times; count += 1) {
    seen.push((await fetch(url, { headers })).status);
  }
  return seen;
}

describe("local rate limits in a real Envoy", function () {
  // The first run fetches Envoy.
  this.timeout(480_000);
  let envoy: RunningEnvoy;

  before(async () => {
    envoy = await RunningEnvoy.start(
      filters([
        { requests: 12, per: "hour" },
        { requests: 3, per: "hour", header: "x-user-id" },
        { requests: 1, per: "minute", header: "x-user-id", prefix: "/products/search" },
      ]),
    );
  });
  after(async () => {
    await envoy.stop();
  });

  it("answers 429 with retry-after once a user's own requests are used up, and other users go on", async () => {
    const ann = { "x-user-id": "ann" };
    assert.deepEqual(await statuses(`${envoy.url}/products`, 3, ann), [200, 200, 200]);
    const refused = await fetch(`${envoy.url}/products`, { headers: ann });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "1200");
    assert.deepEqual(await statuses(`${envoy.url}/products`, 1, { "x-user-id": "bob" }), [200]);
  });

  it("counts a path for itself, with what lies below it and with a query, and nothing that only starts alike", async () => {
    const cid = { "x-user-id": "cid" };
    assert.deepEqual(await statuses(`${envoy.url}/products/search?q=1`, 1, cid), [200]);
    const refused = await fetch(`${envoy.url}/products/search/more`, { headers: cid });
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "60"]);
    assert.deepEqual(await statuses(`${envoy.url}/products/searching`, 1, cid), [200]);
  });

  it("does not count requests without the header for a user, but for the whole", async () => {
    // Eight of the twelve are used: a refused request counts for the limits that it passed.
    assert.deepEqual(await statuses(`${envoy.url}/products`, 5), [200, 200, 200, 200, 429]);
    assert.equal((await fetch(envoy.url)).headers.get("retry-after"), "300");
  });

  it("takes every form of a limit, and the check can fail", async () => {
    const all = filters([
      { requests: 5, per: "second" },
      { requests: 1, per: "minute", prefix: "/a.b+c" },
      { requests: 1_000_000, per: "hour", header: "x-user-id" },
    ]);
    assert.equal(await validate(all), "");
    const broken = JSON.parse(JSON.stringify(all).replace("max_tokens", "maximum")) as Json[];
    assert.match(await validate(broken), /maximum/);
  });
});
