import assert from "node:assert/strict";
import { readStackFile } from "../../../mesh/load/load.ts";
import type { Json } from "../../../mesh/kubernetes/objects.ts";
import { rateLimitDeployment } from "../../../mesh/features/rate-limits/service/deployment.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { globalRateLimits, rateLimitServiceConfig } from "../../../mesh/features/rate-limits/global.ts";
import { CATALOGS } from "../../support/catalogs.ts";
import { grpcCluster, RunningEnvoy, validate } from "../../support/envoy.ts";
import { GO_BUILD_MS } from "../../support/go-program.ts";
import {
  buildRateLimitService,
  complaintOf,
  type RunningRateLimitService,
  startRateLimitService,
  until,
} from "../../support/rate-limit-service/rate-limit-service.ts";
import { stackData } from "../../support/stack-data.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

/** Istio's cluster of the Service that the stack installs. */
const CLUSTER = "outbound|8081||ratelimit.rate-limit.svc.cluster.local";

function limited(global: readonly PlainObject[]): StackData {
  const rateLimitService = { replicas: 1, redis: { replicas: 1 }, timeoutMilliseconds: 5000 };
  return stackData({ traffic: { rateLimitService } }, { services: { product: { rateLimits: { global } } } });
}

function settingsOf(stack: StackData): string {
  const settings = rateLimitServiceConfig(stack);
  assert.ok(settings !== undefined);
  return settings;
}

/** What the gateway's Envoy is given. */
function gatewayConfig(stack: StackData): { readonly filter: Json; readonly host: Json } {
  const [object] = globalRateLimits(stack);
  const value = (applyTo: string) =>
    object?.spec.configPatches.find((patch) => patch.applyTo === applyTo)?.patch.value ?? null;
  return { filter: value("HTTP_FILTER"), host: value("VIRTUAL_HOST") };
}

describe("the rate limit service, a real one with a Redis in its process", function () {
  this.timeout(GO_BUILD_MS);
  before(async () => {
    await buildRateLimitService();
  });

  for (const catalog of CATALOGS) {
    const stack = readStackFile(PROJECT_DIRECTORY, "dev", catalog);
    if (installsRateLimitService(stack)) {
      it(`loads the limits of the catalog ${catalog}, and the gateway's Envoy the questions`, async () => {
        assert.equal(await complaintOf(settingsOf(stack)), undefined);
        const { filter, host } = gatewayConfig(stack);
        assert.equal(await validate([filter], [grpcCluster(CLUSTER, 1)], host), "");
      });
    }
  }

  it("is loaded by one shipped catalog at least, and does not load a window that there is not", async () => {
    assert.ok(CATALOGS.some((catalog) => installsRateLimitService(readStackFile(PROJECT_DIRECTORY, "dev", catalog))));
    const broken = settingsOf(limited([{ requests: 1, per: "day" }])).replace("unit: day", "unit: fortnight");
    assert.match((await complaintOf(broken)) ?? "", /invalid rate limit unit 'fortnight'/);
  });

  describe("as the Deployment runs it, behind the gateway's Envoy", () => {
    // A day: no test runs into the next window, but at midnight.
    const stack = limited([
      { requests: 4, per: "day" },
      { requests: 2, per: "day", header: "x-user-id", prefix: "/products/search" },
    ]);
    let service: RunningRateLimitService;
    let envoy: RunningEnvoy;

    beforeEach(async () => {
      service = await startRateLimitService(rateLimitDeployment(stack, settingsOf(stack)), settingsOf(stack));
      const { filter, host } = gatewayConfig(stack);
      envoy = await RunningEnvoy.start([filter], [grpcCluster(CLUSTER, service.grpcPort)], host);
    });
    afterEach(async () => {
      await envoy.stop();
      await service.stop();
    });
    const get = (path: string, user?: string) =>
      fetch(`${envoy.url}${path}`, { headers: user === undefined ? {} : { "x-user-id": user } });

    it("answers 429 with retry-after and what is left, each user apart and the whole for all", async () => {
      const first = await get("/products/search", "ann");
      assert.equal(first.status, 200);
      assert.equal(first.headers.get("x-ratelimit-remaining"), "1");
      assert.equal((await get("/products/search", "ann")).status, 200);
      const refused = await get("/products/search", "ann");
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "86400"]);
      assert.equal((await get("/products/search", "bob")).status, 200);
      // The refused request was counted too: four of four are used.
      assert.equal((await get("/products", "bob")).status, 429);
      assert.equal((await get("/cart", "ann")).status, 200);
      await until(async () => /over_limit\S* [1-9]/.test(await service.metrics()));
    });

    it("takes another file as a kubelet brings it, without a start, and counts on", async () => {
      for (const status of [200, 200, 200, 200, 429]) {
        assert.equal((await get("/products")).status, status);
      }
      const more = settingsOf(limited([{ requests: 6, per: "day" }]));
      service.change(more);
      await until(async () => (await service.limits()).includes("requests_per_unit=6"));
      assert.equal((await get("/products")).status, 200);
      assert.equal((await get("/products")).status, 429);
    });
  });
});
