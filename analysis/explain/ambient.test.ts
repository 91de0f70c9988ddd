import assert from "node:assert/strict";
import fc from "fast-check";
import { worldOf } from "../../cli/stack/stack-world.ts";
import type { World } from "./world.ts";
import { stackObjects } from "../../mesh/inventory.ts";
import { servicePort } from "../../mesh/kubernetes/service-port.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { isSaid } from "../../tests/support/call-graph.ts";
import { randomCatalog, randomRequest } from "../../tests/support/random-catalog.ts";
import { stackData } from "../../tests/support/stack-data.ts";
import { ask, split } from "../../tests/support/explain.ts";
import { buildWorld } from "./build-world.ts";

const HOST = "https://ecommerce.example.com";
const AMBIENT = { mesh: { mode: "ambient" } };

/** The world of a stack without some of its objects, named by kind and name. */
function without(stack: StackData, ...names: string[]): World {
  const objects = stackObjects(stack, "").filter(({ kind, metadata }) => !names.includes(`${kind} ${metadata.name}`));
  return buildWorld(objects, worldOf(stack));
}

describe("explain in an ambient mesh", () => {
  const stack = stackData(AMBIENT);
  const world = worldOf(stack);
  const sidecars = worldOf(stackData());

  it("has the same pods answer as with sidecars, from outside and inside", () => {
    for (const [text, from, headers] of [
      [`GET ${HOST}/products/7`],
      [`GET ${HOST}/cart`],
      [`POST ${HOST}/payment`],
      [`GET ${HOST}/cartoons`],
      [`GET http://ecommerce.example.com/products`],
      ["GET http://product:8080/products", "cart"],
      ["GET http://product:8080/products", "cart", ["x-canary: true"]],
      ["POST http://payment:8080/api/v1/process-payment", "order"],
      ["POST http://payment:8080/api/v1/refund", "order"],
      [`GET ${HOST}/products/%00`],
      ["GET http://product:8080/products/%00", "cart"],
    ] as const) {
      const [here, there] = [ask(world, text, headers, from), ask(sidecars, text, headers, from)];
      assert.deepEqual(here.answers, there.answers, text);
      // A sidecar chooses the route before the callee refuses; a waypoint refuses first.
      const more = here.answers.length > 0 ? (["timeout", "retries", "delay", "mirror"] as const) : [];
      for (const key of ["status", "denied", "location", "callers", ...more] as const) {
        assert.deepEqual(here[key], there[key], `${text}: ${key}`);
      }
    }
    assert.equal(split(ask(world, `GET ${HOST}/products/7`)), "v1 0.8, v2 0.2");
  });

  it("tells who enforces what: the waypoint the Service's policies, with the caller's identity, then ztunnel that of the waypoint", () => {
    const { trace } = ask(world, "GET http://product:8080/products", [], "cart");
    const told = trace.map(({ object, rule, message }) => `${object} ${rule}: ${message}`);
    assert.match(told[0] ?? "", /^Deployment ecommerce\/cart-v1 ztunnel: /);
    assert.match(told[1] ?? "", /^Gateway ecommerce\/waypoint waypoint: .*cluster\.local\/ns\/ecommerce\/sa\/cart$/);
    assert.match(
      told[2] ?? "",
      /product-from-cart rules\[0\]: allows GET \/products, at the waypoint ecommerce\/waypoint$/,
    );
    assert.match(told[3] ?? "", /^VirtualService ecommerce\/product-mesh/);
    const atPods = told.slice(-3);
    assert.match(atPods[0] ?? "", /^PeerAuthentication .*STRICT.*\/ns\/ecommerce\/sa\/waypoint$/);
    assert.match(atPods[1] ?? "", /from-waypoint rules\[0\]: allows the connection, at ztunnel$/);
  });

  it("has the waypoint, and not ztunnel, answer a path that no proxy can read", () => {
    const { status, trace } = ask(world, "GET http://product:8080/products/%00", [], "cart");
    assert.equal(status, 400);
    assert.equal(trace.at(-1)?.object, "Gateway ecommerce/waypoint");
    // It cannot look into a service's own TLS.
    assert.notEqual(ask(world, "GET https://product:8080/products/%00", [], "cart").status, 400);
  });

  it("has every caller know every Service, and the waypoint refuse who may not call", () => {
    const refused = ask(world, "POST http://payment:8080/api/v1/process-payment", [], "cart");
    assert.deepEqual([refused.status, refused.denied], [403, true]);
    assert.match(refused.failures[0]?.because ?? "", /at the waypoint ecommerce\/waypoint: none allows POST/);
    assert.deepEqual(refused.callers?.allowed, ["order"]);
  });

  it("hands on hosts that the mesh does not know, and lets out of those that it knows who declares them", () => {
    const elsewhere = ask(world, "GET http://elsewhere.example.net/", [], "cart");
    assert.equal(elsewhere.status, 200);
    assert.match(elsewhere.trace.at(-1)?.message ?? "", /handed on as it is, where NetworkPolicies let it$/);
    const catalog = {
      externalServices: { bank: { host: "bank.example.org" } },
      services: { payment: { externalCalls: ["bank"] } },
    };
    const withBank = worldOf(stackData(AMBIENT, catalog));
    const status = (from: string) => ask(withBank, "GET http://bank.example.org/", [], from).status;
    assert.deepEqual([status("payment"), status("cart")], [200, 403]);
  });

  it("finds the pods closed when ztunnel may not let the waypoint in, and the rest of the way by what is there", () => {
    const closed = ask(
      without(stack, "AuthorizationPolicy from-waypoint"),
      "GET http://product:8080/products",
      [],
      "cart",
    );
    assert.equal(closed.status, 403);
    assert.match(closed.failures[0]?.because ?? "", /refused, at ztunnel/);
    const bare = ask(without(stack, "Gateway waypoint"), "GET http://product:8080/products", [], "cart");
    assert.equal(bare.status, 403, "without a waypoint ztunnel alone decides, and lets in nobody but that");
  });

  it("asks for tokens at the waypoint", () => {
    const rules = [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }];
    const user = { jwt: { rules, required: true } };
    const tokens = worldOf(stackData(AMBIENT, { services: { user } }));
    assert.equal(ask(tokens, `GET ${HOST}/users/1`).status, 403);
    const bad = ask(tokens, `GET ${HOST}/users/1`, ["authorization: Bearer nonsense"]);
    assert.equal(bad.status, 401);
  });

  it("answers as the call graph says, for random catalogs", () => {
    fc.assert(
      fc.property(randomCatalog, fc.array(randomRequest, { minLength: 1, maxLength: 4 }), (catalog, requests) => {
        const random = { ...stack, catalog };
        const here = worldOf(random);
        for (const [from, to] of Object.keys(catalog.services).flatMap((one) =>
          Object.keys(catalog.services).flatMap((other) => (one === other ? [] : [[one, other] as const])),
        )) {
          const service = catalog.services[to];
          assert.ok(service !== undefined);
          // The command line takes methods in any case.
          for (const request of requests.filter(({ method }) => method === method.toUpperCase())) {
            const text: string = `${request.method} http://${to}:${servicePort(service)}${request.path}`;
            const { status } = ask(here, text, [], from);
            assert.equal(status, isSaid(catalog, from, to, request) ? 200 : 403, `${from}: ${text}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
