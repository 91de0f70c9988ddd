import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requestJson, requestLines } from "../../cli/output/observation.ts";
import { readTarget } from "../../cli/request/target.ts";
import { callingPod, portFor, wayFromPod, wayThroughGateway, type Cluster } from "../../cli/request/way.ts";
import { UsageError } from "../../cli/support/exit-codes.ts";
import { readStackFile } from "../../mesh/load/load.ts";
import { explain } from "../../analysis/explain/explain.ts";
import { worldOf } from "../../cli/stack/stack-world.ts";
import { namesOf } from "../../analysis/observation/names.ts";
import { judge } from "../../analysis/observation/verdict.ts";
import { sendRequests, type Observation } from "../../cli/request/send-requests.ts";
import { FakeClusterNetwork } from "../support/cluster-network.ts";
import { PROJECT_DIRECTORY } from "../support/stacks.ts";
import type { RequestReport } from "../../cli/request/report.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

const world = worldOf(readStackFile(PROJECT_DIRECTORY, "dev"));

function pod(name: string, version: string, isReady: boolean, containers = ["app", "istio-proxy"]) {
  return {
    metadata: { name, namespace: "ecommerce", labels: { app: "cart", version } },
    spec: { containers: containers.map((container) => ({ name: container })) },
    status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
  };
}

function apiOf(pods: readonly unknown[]): Cluster["api"] {
  return { list: () => Promise.resolve(pods), find: () => Promise.resolve(undefined) };
}

describe("what mesh request sends", () => {
  it("is read as explain reads it, with the query and the host of the header", () => {
    const target = readTarget("POST http://product:8080/a/%2f?x=1&x=2", ["Host: shop.example.com", "k: v"], undefined);
    assert.deepEqual(
      [target.hostname, target.authority, target.path, target.sender.kind],
      ["product", "shop.example.com", "/a/%2f?x=1&x=2", "outside"],
    );
    assert.deepEqual(readTarget("http://a/", [], "pod/ns/p").sender, { kind: "pod", namespace: "ns", name: "p" });
    assert.deepEqual(readTarget("http://a/", [], "order:v2").request.from, { service: "order", version: "v2" });
  });

  it("is refused where it cannot be read", () => {
    for (const [text, headers, from] of [
      ["products", [], undefined],
      ["GET http://a/", ["no colon"], undefined],
      ["GET http://a/", [], "pod/only-a-name"],
    ] as const) {
      assert.throws(() => readTarget(text, headers, from), UsageError);
    }
  });
});

describe("the way of requests", () => {
  const network = new FakeClusterNetwork((request, response) => {
    response.end(JSON.stringify({ name: "product-v1", uri: request.url }));
  });
  const plane = { socket: network.socket, forwards: join(network.dir, "forwards.json") };
  const cluster = (pods: readonly unknown[] = []): Cluster => ({ world, api: apiOf(pods), plane });
  const code = (expected: string) => (error: unknown) => error instanceof CommandError && error.code === expected;
  before(() => network.start());
  after(() => network.stop());

  it("from outside is the forwarded port of the gateway, and a port that it lacks is a closed connection", async () => {
    const target = readTarget("GET http://ecommerce.example.com/products", [], undefined);
    // A NodePort's Service is not forwarded.
    const inside = await wayThroughGateway(cluster(), target);
    (await inside.open()).destroy();
    assert.deepEqual(network.seen.at(-1), {
      target: "istio-ingressgateway.istio-ingress.svc.cluster.local:80",
      from: undefined,
    });
    assert.match(inside.through, /from inside the cluster network/);
    const forward = { namespace: "istio-ingress", service: "istio-ingressgateway", port: 80, local: network.port };
    writeFileSync(plane.forwards, JSON.stringify([forward]));
    const way = await wayThroughGateway(cluster(), target);
    const request = { method: "GET", path: "/products", host: "ecommerce.example.com", count: 3 };
    const { replies } = await sendRequests({ ...request, open: way.open });
    assert.deepEqual(
      replies.map(({ name }) => name),
      ["product-v1", "product-v1", "product-v1"],
    );
    assert.match(way.through, /istio-ingress\/istio-ingressgateway, forwarded from 127.0.0.1:/);
    assert.equal(way.certificate(), undefined);

    const closed = await wayThroughGateway(
      cluster(),
      readTarget("GET http://ecommerce.example.com:81/", [], undefined),
    );
    const none = await sendRequests({ ...request, open: closed.open, count: 1 });
    assert.match(none.replies[0]?.error ?? "", /has no port 81/);
  });

  it("from a service begins in a ready pod of the version that explain speaks of, at the Service's port", async () => {
    const target = readTarget("GET http://product/products", [], "cart");
    const own = cluster([pod("cart-b", "v1", false), pod("cart-c", "v1", true), pod("cart-a", "v2", true)]);
    const caller = await callingPod(own, target);
    assert.equal(caller.name, "cart-c");
    const port = portFor(world, target);
    assert.equal(port, 8080);
    const { open, through } = wayFromPod(own, caller, target, port);
    await sendRequests({ open, method: "GET", path: "/products", host: "product", count: 1 });
    assert.deepEqual(network.seen.at(-1), {
      target: "product.ecommerce.svc.cluster.local:8080",
      from: "ecommerce/cart-c",
    });
    assert.equal(through, "the pod ecommerce/cart-c");
  });

  it("from a pod that is named says when it has no sidecar, and needs it to be ready", async () => {
    const target = readTarget("GET http://product:8080/", [], "pod/ecommerce/stranger");
    const own = cluster([pod("stranger", "v1", true, ["app"])]);
    const { through } = wayFromPod(own, await callingPod(own, target), target, 8080);
    assert.match(through, /stranger, which has no sidecar/);
    await assert.rejects(callingPod(cluster([pod("stranger", "v1", false)]), target), code("request.no-pod"));
    await assert.rejects(callingPod(cluster(), target), code("pod.missing"));
  });
});

describe("the report of mesh request", () => {
  const explanation = explain(
    world,
    readTarget("GET https://ecommerce.example.com/products", [], undefined).request,
    0,
  );
  const replies: Observation["replies"] = Array.from({ length: 100 }, (_, index) => ({
    status: 200,
    name: index < 80 ? "product-v1" : "product-v2",
    failedCalls: [],
    latencyMs: index,
  }));
  const report = (part: Partial<Observation>): RequestReport => {
    const observation = { replies, durationMs: 1234, first: { headers: {}, body: "{}" }, ...part };
    return {
      request: "GET https://ecommerce.example.com/products",
      wanted: 100,
      through: "the gateway",
      certificate: "not verified: self-signed",
      observation,
      verdict: judge(observation.replies, explanation, namesOf(world, explanation)),
    };
  };

  it("shows what was seen beside what was foretold, and the latencies", () => {
    const text = requestLines(report({}), {}).join("\n");
    assert.match(text, /product v1 +80 +80 % +80 % +\(6\d to 9\d\)/);
    assert.match(text, /product v2 +20 +20 % +20 % +\(\d+ to 3\d\)/);
    assert.match(text, /status +200: 100/);
    assert.match(text, /p50 49.0 ms +p90 89.0 ms +p99 98.0 ms/);
    assert.match(text, /certificate +not verified: self-signed/);
    assert.match(text, /as foretold by mesh explain/);
  });

  it("names what differs, what failed behind an answer, and what was not sent", () => {
    const [first, ...rest] = replies.slice(0, 50);
    const failed = { ...first, status: 500, failedCalls: [{ uri: "http://user:8080/", status: 403 }], latencyMs: 1 };
    const text = requestLines(report({ replies: [failed, ...rest] }), {}).join("\n");
    assert.match(text, /time was over: 50 were not sent/);
    assert.match(text, /not as foretold: product v2: seen 0 times of 50/);
    assert.match(text, /failed call +403 http:\/\/user:8080\/: 1/);
  });

  it("is one JSON object with the counts, and with the body only when asked", () => {
    const json = requestJson("dev", report({}), false);
    assert.deepEqual(
      [json.command, json.sent, json.statuses, json.names, json.verdict?.agrees, json.body],
      ["request", 100, { "200": 100 }, { "product-v1": 80, "product-v2": 20 }, true, undefined],
    );
    assert.equal(requestJson("dev", report({}), true).body, "{}");
  });
});
