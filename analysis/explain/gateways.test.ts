import assert from "node:assert/strict";
import { ask, split, worldFrom } from "../../tests/support/explain.ts";

const GATEWAYS = `
kind: Gateway
metadata: { name: shop-gateway }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com], tls: { httpsRedirect: true } }
    - { port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: c } }
    - { port: { number: 443, name: sni, protocol: TLS }, hosts: [raw.example.com], tls: { mode: PASSTHROUGH } }
---
kind: VirtualService
metadata: { name: shop }
spec:
  hosts: [shop.example.com]
  gateways: [shop-gateway]
  http:
    - name: cart
      match: [{ uri: { prefix: /cart/ } }]
      timeout: 7s
      delegate: { name: cart }
    - name: all
      match: [{ uri: { exact: / } }]
      delegate: { name: cart }
---
kind: VirtualService
metadata: { name: cart }
spec:
  http:
    - match: [{ uri: { prefix: /cart/beta } }]
      route: [{ destination: { host: web, subset: v2 } }]
    - match: [{ headers: { x-beta: {} } }]
      timeout: 1s
      route: [{ destination: { host: web, subset: v2 } }]
    - route: [{ destination: { host: web, subset: v1 } }]
---
kind: VirtualService
metadata: { name: raw }
spec:
  hosts: [raw.example.com]
  gateways: [shop-gateway]
  tls:
    - match: [{ sniHosts: [raw.example.com] }]
      route: [{ destination: { host: web, subset: v2 } }]
---
kind: DestinationRule
metadata: { name: web }
spec: { host: web, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
`;
const world = worldFrom({ web: ["v1", "v2"], cart: ["v1"] }, GATEWAYS);

describe("explain: gateways", () => {
  it("answers a path with an escaped NUL with 400 before redirects and unknown hosts, and passes on what it does not read", () => {
    for (const [request, status] of [
      ["GET http://shop.example.com/%00", 400],
      ["GET https://shop.example.com/cart/%00", 400],
      ["GET http://unknown.example.com/%00", 400],
      ["GET https://unknown.example.com/%00", null],
      ["GET https://raw.example.com/%00", 200],
    ] as const) {
      assert.equal(ask(world, request).status, status, request);
    }
  });

  it("redirects plain HTTP where the server says so", () => {
    const { status, location, answers } = ask(world, "GET http://shop.example.com/cart/1");
    assert.deepEqual([status, location, answers], [301, "https://shop.example.com/cart/1", []]);
  });

  it("closes connections without a server for the name, on a port nobody listens on, and plain ones on a TLS port", () => {
    for (const url of [
      "https://other.example.com/",
      "https://shop.example.com:8443/",
      "http://shop.example.com:443/",
    ]) {
      const { status, answers } = ask(world, `GET ${url}`);
      assert.deepEqual([status, answers], [null, []], url);
    }
  });

  it("passes TLS through by its server name", () => {
    assert.equal(split(ask(world, "GET https://raw.example.com/")), "v2 1");
  });

  it("narrows a delegate's matches by the root's, and hands down what the delegate does not say", () => {
    const plain = ask(world, "GET https://shop.example.com/cart/1");
    assert.deepEqual([split(plain), plain.timeout], ["v1 1", "7s"]);
    const beta = ask(world, "GET https://shop.example.com/cart/1", ["x-beta: 1"]);
    assert.deepEqual([split(beta), beta.timeout], ["v2 1", "1s"]);
    assert.equal(split(ask(world, "GET https://shop.example.com/cart/beta")), "v2 1");
  });

  it("drops a delegate's route that contradicts the root's match", () => {
    // The prefix /cart/beta cannot lie within the exact path /.
    const { trace, answers } = ask(world, "GET https://shop.example.com/");
    assert.deepEqual(
      answers.map(({ version }) => version),
      ["v1"],
    );
    assert.ok(trace.some(({ rule }) => rule === "http[2]"));
  });
});

const TO_EGRESS = `
kind: DestinationRule
metadata: { name: egress }
spec:
  host: istio-egressgateway.istio-egress.svc.cluster.local
  trafficPolicy: { tls: { mode: ISTIO_MUTUAL, sni: api.paymentprocessor.com } }
---
`;

const EGRESS = `
kind: ServiceEntry
metadata: { name: processor }
spec: { hosts: [api.paymentprocessor.com], ports: [{ number: 443, name: tls, protocol: TLS }] }
---
kind: Gateway
metadata: { name: egress, namespace: istio-egress }
spec:
  selector: { istio: egressgateway }
  servers:
    - { port: { number: 443, name: https, protocol: HTTPS }, hosts: [api.paymentprocessor.com], tls: { mode: ISTIO_MUTUAL } }
---
kind: VirtualService
metadata: { name: processor }
spec:
  hosts: [api.paymentprocessor.com]
  gateways: [mesh, istio-egress/egress]
  http:
    - match: [{ gateways: [mesh], port: 80 }]
      route: [{ destination: { host: istio-egressgateway.istio-egress.svc.cluster.local, port: { number: 443 } } }]
    - match: [{ gateways: [istio-egress/egress] }]
      route: [{ destination: { host: api.paymentprocessor.com, port: { number: 443 } } }]
---
kind: DestinationRule
metadata: { name: processor }
spec: { host: api.paymentprocessor.com, trafficPolicy: { tls: { mode: SIMPLE, sni: api.paymentprocessor.com } } }
---
kind: AuthorizationPolicy
metadata: { name: processor, namespace: istio-egress }
spec:
  selector: { matchLabels: { istio: egressgateway } }
  rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/payment] } }] }]
`;

describe("explain: egress", () => {
  const services = { payment: ["v1"], cart: ["v1"] };

  it("walks through the egress gateway to the external service, with TLS from there", () => {
    const { answers, trace } = ask(
      worldFrom(services, TO_EGRESS + EGRESS),
      "POST http://api.paymentprocessor.com/charge",
      [],
      "payment",
    );
    assert.deepEqual(answers, [{ service: "api.paymentprocessor.com", version: null, probability: 1, pods: [] }]);
    const objects = trace.map(({ object }) => object);
    assert.ok(objects.includes("Gateway istio-egress/egress"));
    assert.equal(trace.at(-1)?.message, "the proxy speaks TLS (SIMPLE) to it");
  });

  it("stops at the egress gateway the callers that its policy does not name", () => {
    const { denied, status } = ask(
      worldFrom(services, TO_EGRESS + EGRESS),
      "POST http://api.paymentprocessor.com/charge",
      [],
      "cart",
    );
    assert.deepEqual([denied, status], [true, 403]);
  });

  it("is cut off by the gateway where no DestinationRule makes the sidecar show its certificate", () => {
    const { answers, failures } = ask(
      worldFrom(services, EGRESS),
      "POST http://api.paymentprocessor.com/charge",
      [],
      "payment",
    );
    assert.deepEqual(answers, []);
    assert.match(failures[0]?.because ?? "", /port 443 speaks TLS: a plain request is cut off/);
  });

  it("is no way in: a client outside of the cluster does not reach the egress gateway", () => {
    const inside = {
      labels: { istio: "egressgateway" },
      namespace: "istio-egress",
      serviceAccount: "istio-egressgateway",
    };
    const world = worldFrom(services, TO_EGRESS + EGRESS, { gateways: [{ ...inside, isInside: true }] });
    assert.match(
      ask(world, "GET https://api.paymentprocessor.com/").trace[0]?.message ?? "",
      /no Gateway listens on port 443/,
    );
  });

  it("does not know what the caller's Sidecar leaves out", () => {
    const sidecar = `---
kind: Sidecar
metadata: { name: default }
spec: { egress: [{ hosts: ["./payment.shop.svc.cluster.local"] }] }
`;
    const scoped = worldFrom(services, EGRESS + sidecar);
    const { status, failures } = ask(scoped, "GET http://cart:8080/", [], "payment");
    assert.equal(status, 502);
    assert.match(failures[0]?.because ?? "", /Sidecar shop\/default does not name it/);
    assert.equal(ask(scoped, "GET http://payment:8080/", [], "cart").status, 200);
  });
});
