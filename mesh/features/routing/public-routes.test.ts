import assert from "node:assert/strict";
import { edgesOf } from "../../stack/call-graph.ts";
import { trafficObjects } from "../../application.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { httpRoutesOf, objectNamed } from "../../../tests/support/traffic-objects.ts";

/** What a rewrite makes of a path, as Envoy does it. */
function rewritten(path: string, prefix: string, to: string): string {
  const objects = trafficObjects(
    stackData({}, { services: { cart: { routes: [{ prefix, rewrite: { path: to } }] } } }),
  );
  const route = httpRoutesOf(objects, "ecommerce").find(({ delegate }) => delegate?.name === "cart");
  const { match, rewrite } = route?.rewrite?.uriRegexRewrite ?? { match: "", rewrite: "" };
  return path.replace(new RegExp(match.replace(/\\Q(.*?)\\E/g, "$1")), rewrite);
}

describe("a gateway's route", () => {
  it("takes its prefix away without losing or doubling a slash", () => {
    assert.deepEqual(
      ["/api/cart", "/api/cart/", "/api/cart/7"].map((path) => rewritten(path, "/api/cart", "/")),
      ["/", "/", "/7"],
    );
    assert.deepEqual(
      ["/api/cart", "/api/cart/7"].map((path) => rewritten(path, "/api/cart", "/v2/cart")),
      ["/v2/cart", "/v2/cart/7"],
    );
    assert.deepEqual(
      ["/", "/7"].map((path) => rewritten(path, "/", "/v2")),
      ["/v2/", "/v2/7"],
    );
  });

  it("may be asked for the path that the service sees after the rewrite", () => {
    const routes = [{ prefix: "/api/cart", rewrite: { path: "/cart" } }];
    const { catalog } = stackData({}, { services: { cart: { routes } } });
    const edge = edgesOf(catalog).find(({ from, to }) => from.kind === "ingress" && to === "cart");
    assert.deepEqual(edge?.paths, ["/cart", "/cart/*"]);
  });

  it("answers pages of other origins as the route says, else as the catalog says", () => {
    const cors = { allowOrigins: ["https://shop.example.com"], allowMethods: ["GET"], maxAge: "24h" };
    const objects = trafficObjects(
      stackData(
        {},
        {
          cors: { allowOrigins: ["*"] },
          services: { cart: { routes: [{ prefix: "/cart", cors }] } },
        },
      ),
    );
    const policy = (service: string) =>
      httpRoutesOf(objects, "ecommerce").find(({ delegate }) => delegate?.name === service)?.corsPolicy;
    assert.deepEqual(policy("cart"), {
      allowOrigins: [{ exact: "https://shop.example.com" }],
      allowMethods: ["GET"],
      maxAge: "24h",
      allowCredentials: false,
      unmatchedPreflights: "IGNORE",
    });
    assert.deepEqual(policy("order")?.allowOrigins, [{ regex: ".*" }]);
  });

  it("holds for some hosts alone, with one VirtualService for hosts that lead to the same", () => {
    const hosts = ["api.shop.example", "www.shop.example", "pay.shop.example"];
    const objects = trafficObjects(
      stackData(
        {},
        { hosts, services: { payment: { routes: [{ prefix: "/payment", hosts: ["pay.shop.example"] }] } } },
      ),
    );
    const pay = objectNamed(objects, "VirtualService", "ecommerce-pay-shop-example");
    assert.deepEqual(objectNamed(objects, "VirtualService", "ecommerce").spec.hosts, hosts.slice(0, 2));
    assert.deepEqual(pay.spec.hosts, ["pay.shop.example"]);
    const targets = (name: string) => httpRoutesOf(objects, name).map(({ delegate }) => delegate?.name);
    assert.ok(targets("ecommerce-pay-shop-example").includes("payment"));
    assert.ok(!targets("ecommerce").includes("payment"));
  });
});

describe("a redirect", () => {
  it("answers in its place among the prefixes", () => {
    const redirects = [{ prefix: "/cart/old", path: "/cart", code: 308 }];
    const routes = httpRoutesOf(trafficObjects(stackData({}, { redirects })), "ecommerce");
    const place = routes.findIndex(({ redirect }) => redirect !== undefined);
    assert.deepEqual(routes[place], {
      name: "redirect-cart-old",
      match: [{ uri: { exact: "/cart/old" } }, { uri: { prefix: "/cart/old/" } }],
      redirect: { uri: "/cart", redirectCode: 308 },
    });
    assert.ok(place < routes.findIndex(({ delegate }) => delegate?.name === "cart"));
  });
});

describe("certificates", () => {
  it("of some hosts are told apart by name, at the oldest TLS that the stack allows", () => {
    const stack = stackData(
      {
        traffic: {
          tls: {
            minProtocolVersion: "TLSV1_3",
            certificates: [{ hosts: ["pay.shop.example"], credentialName: "pay-cert" }],
          },
        },
      },
      { hosts: ["api.shop.example", "pay.shop.example"] },
    );
    const servers = objectNamed(trafficObjects(stack), "Gateway", "ecommerce-gateway").spec.servers ?? [];
    assert.deepEqual(
      servers.slice(1).map(({ port, hosts, tls }) => [port.name, hosts, tls?.credentialName, tls?.minProtocolVersion]),
      [
        ["https", ["api.shop.example"], "ecommerce-cert", "TLSV1_3"],
        ["https-2", ["pay.shop.example"], "pay-cert", "TLSV1_3"],
      ],
    );
  });
});
