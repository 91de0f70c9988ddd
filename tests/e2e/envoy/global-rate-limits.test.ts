import assert from "node:assert/strict";
import type { Json } from "../../../mesh/kubernetes/objects.ts";
import { globalRateLimits } from "../../../mesh/features/rate-limits/global.ts";
import { grpcCluster, RunningEnvoy, validate } from "../../support/envoy.ts";
import { RateLimitServer } from "../../support/rate-limit-server.ts";
import { stackData } from "../../support/stack-data.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

const ADDRESS = "ratelimit.rate-limit.svc.cluster.local:8081";
const CLUSTER = "outbound|8081||ratelimit.rate-limit.svc.cluster.local";

/** What the gateway's Envoy is given: the filter, and the questions of its virtual hosts. */
function gatewayConfig(service: PlainObject = {}): { readonly filter: Json; readonly host: Json } {
  const [object] = globalRateLimits(
    stackData(
      { traffic: { rateLimitService: { address: ADDRESS, ...service } } },
      {
        services: {
          product: { rateLimits: { global: [{ requests: 100, per: "minute", header: "x-user-id" }] } },
          cart: { routes: [{ prefix: "/products/basket" }] },
        },
      },
    ),
  );
  assert.ok(object !== undefined);
  const value = (applyTo: string) => object.spec.configPatches.find((patch) => patch.applyTo === applyTo)?.patch.value;
  return { filter: value("HTTP_FILTER") ?? null, host: value("VIRTUAL_HOST") ?? null };
}

describe("global rate limits in a real Envoy", function () {
  // The first run fetches Envoy.
  this.timeout(480_000);
  let server: RateLimitServer;
  let envoy: RunningEnvoy | undefined;

  beforeEach(async () => {
    server = new RateLimitServer(2);
    await server.start();
  });
  afterEach(async () => {
    await envoy?.stop();
    envoy = undefined;
    server.stop();
  });

  async function start(service: PlainObject = {}): Promise<(path: string, user?: string) => Promise<Response>> {
    const { filter, host } = gatewayConfig({ timeoutMilliseconds: 5000, ...service });
    const running = await RunningEnvoy.start([filter], [grpcCluster(CLUSTER, server.port)], host);
    envoy = running;
    return (path, user) => fetch(`${running.url}${path}`, { headers: user === undefined ? {} : { "x-user-id": user } });
  }

  it("asks for each user apart, under the domain and the limit's name, and passes a refusal on with 429 and retry-after", async () => {
    const get = await start();
    assert.deepEqual([(await get("/products/1", "ann")).status, (await get("/products/2", "ann")).status], [200, 200]);
    const refused = await get("/products", "ann");
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "60"]);
    assert.equal((await get("/products", "bob")).status, 200);
    const question = server.asked[0]?.toString("latin1") ?? "";
    for (const text of ["ecommerce", "limit", "product.0", "x-user-id", "ann"]) {
      assert.ok(question.includes(text), text);
    }
  });

  it("asks nothing for other paths, for another service's longer prefix, and without the header", async () => {
    const get = await start();
    for (const [path, user] of [
      ["/cart", "ann"],
      ["/productsale", "ann"],
      ["/products/basket/1", "ann"],
      ["/products", undefined],
    ] as const) {
      assert.equal((await get(path, user)).status, 200);
    }
    assert.equal(server.asked.length, 0);
  });

  it("lets requests through while the service is away, or refuses them, as the stack says", async () => {
    server.stop();
    const open = await start({ failureMode: "open" });
    assert.equal((await open("/products", "ann")).status, 200);
    await envoy?.stop();
    const closed = await start({ failureMode: "closed" });
    assert.equal((await closed("/products", "ann")).status, 500);
  });

  it("is a configuration that Envoy takes, and the check can fail", async () => {
    const { filter, host } = gatewayConfig();
    assert.equal(await validate([filter], [grpcCluster(CLUSTER, 1)], host), "");
    const broken = JSON.parse(JSON.stringify(filter).replace("failure_mode_deny", "fail")) as Json;
    assert.match(await validate([broken], [grpcCluster(CLUSTER, 1)], host), /fail/);
  });
});
