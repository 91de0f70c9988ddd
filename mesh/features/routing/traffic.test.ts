import assert from "node:assert/strict";
import fc from "fast-check";
import { trafficObjects } from "../../application.ts";
import type {
  DestinationRuleObject,
  GatewayObject,
  IstioObject,
  VirtualServiceObject,
} from "../../kubernetes/objects.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

const shop = trafficObjects(stackData());

function virtualService(objects: IstioObject[], name: string): VirtualServiceObject {
  const found = objects.find((object) => object.kind === "VirtualService" && object.metadata.name === name);
  assert.ok(found?.kind === "VirtualService", name);
  return found;
}

function all<K extends IstioObject["kind"]>(objects: IstioObject[], kind: K): Extract<IstioObject, { kind: K }>[] {
  return objects.filter((object) => object.kind === kind) as Extract<IstioObject, { kind: K }>[];
}

/** What a VirtualService's routes say, one `match -> target` a line. */
function routes({ spec }: VirtualServiceObject): string[] {
  return (spec.http ?? []).map(({ match, delegate }) => {
    const uris = (match ?? []).map(({ uri }) =>
      uri?.exact === undefined ? `${uri?.prefix ?? "any"}*` : `=${uri.exact}`,
    );
    return `${uris.join(" ")} -> ${delegate?.name ?? "none"}`;
  });
}

describe("gateway", () => {
  const [gateway] = all(shop, "Gateway") as [GatewayObject];

  it("answers the catalog's host over HTTP and HTTPS with the stack's certificate, TLS 1.2 and above", () => {
    assert.deepEqual(gateway.spec.selector, { istio: "ingressgateway" });
    assert.deepEqual(gateway.spec.servers, [
      {
        port: { number: 80, name: "http", protocol: "HTTP" },
        hosts: ["ecommerce.example.com"],
        tls: { httpsRedirect: true },
      },
      {
        port: { number: 443, name: "https", protocol: "HTTPS" },
        hosts: ["ecommerce.example.com"],
        tls: { mode: "SIMPLE", credentialName: "ecommerce-cert", minProtocolVersion: "TLSV1_2" },
      },
    ]);
  });

  it("has no HTTPS without a certificate, and no redirect where none is asked for", () => {
    const [plain] = all(
      trafficObjects(stackData({ traffic: { tls: { mode: "none" }, httpsRedirect: false } })),
      "Gateway",
    );
    assert.deepEqual(
      plain?.spec.servers?.map(({ port, tls }) => [port.name, tls]),
      [["http", undefined]],
    );
  });
});

describe("routes", () => {
  it("lead the five prefixes to their services, and not what only starts alike", () => {
    assert.deepEqual(routes(virtualService(shop, "ecommerce")), [
      "=/products /products/* -> product",
      "=/payment /payment/* -> payment",
      "=/orders /orders/* -> order",
      "=/users /users/* -> user",
      "=/cart /cart/* -> cart",
    ]);
  });

  it("put a longer prefix before the shorter one that would hide it, and / last", () => {
    const nested = trafficObjects(
      stackData(
        {},
        { services: { user: { routes: [{ prefix: "/" }] }, payment: { routes: [{ prefix: "/orders/pay" }] } } },
      ),
    );
    assert.deepEqual(routes(virtualService(nested, "ecommerce")), [
      "=/orders/pay /orders/pay/* -> payment",
      "=/products /products/* -> product",
      "=/orders /orders/* -> order",
      "=/cart /cart/* -> cart",
      "/* -> user",
    ]);
  });

  it("never hide one prefix behind another, for any set of prefixes", () => {
    const prefix = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(fc.uniqueArray(prefix, { minLength: 1, maxLength: 8 }), (prefixes) => {
        const objects = trafficObjects(
          stackData(
            {},
            {
              services: {
                product: { routes: [] },
                cart: { routes: [] },
                order: { routes: [] },
                payment: { routes: [] },
                user: { routes: prefixes.map((text) => ({ prefix: text })) },
              },
            },
          ),
        );
        const order = (virtualService(objects, "ecommerce").spec.http ?? []).map(
          ({ match }) => match?.[0]?.uri?.exact ?? "/",
        );
        assert.deepEqual([...order].sort(), [...prefixes].sort());
        order.forEach((one, index) => {
          for (const later of order.slice(index + 1)) {
            assert.ok(one !== "/" && !later.startsWith(`${one}/`), `${one} hides ${later}`);
          }
        });
      }),
    );
  });

  it("split a service in one object, to which both ways in delegate", () => {
    assert.deepEqual(virtualService(shop, "product").spec, {
      http: [
        {
          name: "product",
          route: ["v1", "v2"].map((subset) => ({
            destination: { host: "product.ecommerce.svc.cluster.local", subset, port: { number: 8080 } },
            weight: subset === "v1" ? 80 : 20,
          })),
        },
      ],
    });
    assert.deepEqual(virtualService(shop, "product-mesh").spec, {
      hosts: ["product.ecommerce.svc.cluster.local"],
      gateways: ["mesh"],
      http: [{ name: "product", delegate: { name: "product", namespace: "ecommerce" } }],
    });
  });

  it("change in exactly one object when a weight changes", () => {
    const versions = { v1: { weight: 70 }, v2: { weight: 30 } };
    const changed = trafficObjects(stackData({}, { services: { product: { versions } } }));
    const different = changed.filter((object, index) => JSON.stringify(object) !== JSON.stringify(shop[index]));
    assert.deepEqual(
      different.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["VirtualService product"],
    );
  });

  it("send everything to a single version", () => {
    const [route] = virtualService(shop, "cart").spec.http?.[0]?.route ?? [];
    assert.deepEqual([route?.destination.subset, route?.weight], ["v1", 100]);
  });

  it("answer the hosts of the stack", () => {
    const hosts = ["shop.example.com", "www.shop.example.com"];
    const objects = trafficObjects(stackData({}, { hosts }));
    assert.deepEqual(virtualService(objects, "ecommerce").spec.hosts, hosts);
    assert.deepEqual(all(objects, "Gateway")[0]?.spec.servers?.[0]?.hosts, hosts);
  });
});

describe("destination rules", () => {
  it("define every subset that a route names, by the version label", () => {
    const rules = new Map(all(shop, "DestinationRule").map((rule: DestinationRuleObject) => [rule.spec.host, rule]));
    for (const { spec } of all(shop, "VirtualService")) {
      for (const { destination } of (spec.http ?? []).flatMap(({ route }) => route ?? [])) {
        const subset = rules.get(destination.host)?.spec.subsets?.find(({ name }) => name === destination.subset);
        assert.deepEqual(
          subset?.labels,
          { version: destination.subset },
          `${destination.host} ${destination.subset ?? ""}`,
        );
      }
    }
  });

  it("balance as the catalog says", () => {
    const objects = trafficObjects(stackData({}, { services: { payment: { loadBalancing: "LEAST_REQUEST" } } }));
    const balancing = all(objects, "DestinationRule").map(
      ({ spec, metadata }) => `${metadata.name} ${spec.trafficPolicy?.loadBalancer?.simple ?? ""}`,
    );
    assert.deepEqual(balancing, [
      "product ROUND_ROBIN",
      "cart ROUND_ROBIN",
      "order ROUND_ROBIN",
      "user ROUND_ROBIN",
      "payment LEAST_REQUEST",
    ]);
  });
});
