import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../../mesh/load/load.ts";
import { publicHosts, writePublicHosts } from "../../../sandbox/driver/public-hosts.ts";
import { publicRoutes } from "../../../sandbox/driver/public-routes.ts";
import { PROJECT_DIRECTORY } from "../../support/stacks.ts";

const GATEWAY = { host: "ecommerce.example.com", service: "istio-ingress/istio-ingressgateway" };

describe("the hosts that a browser may ask for", () => {
  const stack = (name: string) => readStackFile(PROJECT_DIRECTORY, name);

  it("enter in plain text where the gateway answers that, and by TLS where it sends everybody there", () => {
    assert.deepEqual(publicHosts(stack("dev")), [{ ...GATEWAY, port: 80, tls: false }]);
    assert.deepEqual(publicHosts(stack("prod")), [{ ...GATEWAY, port: 443, tls: true }]);
  });

  it("enter in plain text at the port of TLS that the load balancer ends", () => {
    const { config, catalog } = stack("prod");
    const traffic = { ...config.traffic, tls: { ...config.traffic.tls, mode: "acm" as const } };
    assert.deepEqual(publicHosts({ config: { ...config, traffic }, catalog }), [{ ...GATEWAY, port: 443, tls: false }]);
  });

  it("are written whole, also where there is no folder yet", () => {
    const dir = mkdtempSync(join(tmpdir(), "mesh-hosts-"));
    const file = join(dir, "control-plane", "hosts.json");
    const hosts = publicHosts(stack("dev"));
    writePublicHosts(file, hosts);
    writePublicHosts(file, hosts);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), hosts);
    assert.deepEqual(readdirSync(join(dir, "control-plane")), ["hosts.json"]);
    rmSync(dir, { recursive: true });
  });
});

describe("the paths that a browser may open", () => {
  it("are the routes that let in a GET without a token, as the Internet would ask for them", () => {
    const shop = "https://ecommerce.example.com";
    assert.deepEqual(publicRoutes(readStackFile(PROJECT_DIRECTORY, "dev")), [
      { url: `${shop}/products`, service: "product" },
      { url: `${shop}/cart`, service: "cart" },
      { url: `${shop}/orders`, service: "order" },
      { url: `${shop}/users`, service: "user" },
    ]);
  });

  it("leave out what a browser would be refused: other methods, tokens, and what is only routed", () => {
    const { config, catalog } = readStackFile(PROJECT_DIRECTORY, "dev");
    const { product, cart, user } = catalog.services;
    assert.ok(product !== undefined && cart !== undefined && user !== undefined);
    const [route] = product.routes;
    assert.ok(route !== undefined);
    const services = {
      posted: { ...product, routes: [{ ...route, allow: { methods: ["POST"] } }] },
      below: { ...product, routes: [{ ...route, hosts: ["*.example.com"], allow: { paths: ["/products/new/*"] } }] },
      inside: { ...cart, routes: [{ ...route, gateways: ["internal" as const] }] },
      token: { ...user, routes: [{ ...route, allow: { token: { claims: {} } } }] },
    };
    assert.deepEqual(
      publicRoutes({ config, catalog: { ...catalog, services: services as unknown as typeof catalog.services } }),
      [{ url: "https://www.example.com/products/new/", service: "below" }],
    );
  });
});
