import assert from "node:assert/strict";
import { ask, OPEN_GATEWAY, split, worldFrom } from "../../tests/support/explain.ts";

const BOOKINFO = worldFrom(
  { reviews: ["v1", "v2", "v3"], productpage: ["v1"] },
  `
kind: VirtualService
metadata: { name: reviews }
spec:
  hosts: [reviews]
  http:
    - match: [{ headers: { end-user: { exact: jason } } }]
      route: [{ destination: { host: reviews, subset: v3 } }]
    - route:
        - { destination: { host: reviews, subset: v1 }, weight: 90 }
        - { destination: { host: reviews, subset: v2 }, weight: 10 }
      timeout: 10s
      retries: { attempts: 3, perTryTimeout: 2s, retryOn: "5xx,reset,connect-failure" }
---
kind: DestinationRule
metadata: { name: reviews }
spec:
  host: reviews
  trafficPolicy:
    connectionPool: { tcp: { maxConnections: 100 }, http: { http2MaxRequests: 100 } }
    outlierDetection: { consecutive5xxErrors: 5 }
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 }, trafficPolicy: { connectionPool: { tcp: { maxConnections: 50 } } } }
    - { name: v3, labels: { version: v3 } }
`,
);

describe("explain: the labs on bookinfo", () => {
  it("sends jason to v3 and everybody else 90 to 10", () => {
    assert.equal(split(ask(BOOKINFO, "GET http://reviews:8080/", ["end-user: jason"], "productpage")), "v3 1");
    assert.equal(split(ask(BOOKINFO, "GET http://reviews:8080/", ["end-user: joan"], "productpage")), "v1 0.9, v2 0.1");
  });

  it("gives the timeout and the retries of the route that takes the request, else Istio's own", () => {
    const canary = ask(BOOKINFO, "GET http://reviews:8080/", [], "productpage");
    assert.equal(canary.timeout, "10s");
    assert.deepEqual(canary.retries, {
      attempts: 3,
      perTryTimeout: "2s",
      retryOn: "5xx,reset,connect-failure",
      byDefault: false,
    });
    const jason = ask(BOOKINFO, "GET http://reviews:8080/", ["end-user: jason"], "productpage");
    assert.equal(jason.timeout, null);
    assert.deepEqual([jason.retries?.attempts, jason.retries?.byDefault], [2, true]);
  });

  it("says where the time of one try ends a request, because what is tried again are not slow ones", () => {
    const saysSo = (retries: string) => {
      const route = `- { timeout: 5s, retries: ${retries}, route: [{ destination: { host: reviews } }] }`;
      const object = `kind: VirtualService\nmetadata: { name: reviews }\nspec:\n  hosts: [reviews]\n  http:\n    ${route}\n`;
      const { trace } = ask(worldFrom({ reviews: ["v1"], web: ["v1"] }, object), "GET http://reviews:8080/", [], "web");
      return trace.some(({ message }) => message.includes("a try of 2s ends it"));
    };
    assert.equal(saysSo("{ attempts: 3, perTryTimeout: 2s }"), true);
    assert.equal(saysSo('{ attempts: 3, perTryTimeout: 2s, retryOn: "connect-failure,5xx" }'), false);
    assert.equal(saysSo("{ attempts: 3 }"), false);
    assert.equal(saysSo("{ attempts: 0, perTryTimeout: 2s }"), false);
  });

  it("gives the pool of the host, or of the subset in its place, and says whose it is", () => {
    const { limits } = ask(BOOKINFO, "GET http://reviews:8080/", [], "productpage");
    assert.deepEqual(
      limits.map(({ kind, object, message }) => `${kind} of ${object}: ${message}`),
      [
        "connectionPool of DestinationRule shop/reviews: maxConnections 100, http2MaxRequests 100",
        "outlierDetection of DestinationRule shop/reviews: consecutive5xxErrors 5",
        "connectionPool of DestinationRule shop/reviews subset v2: maxConnections 50",
      ],
    );
  });

  it("names the object and the rule of each step", () => {
    const { trace } = ask(BOOKINFO, "GET http://reviews:8080/", ["end-user: jason"], "productpage");
    assert.deepEqual(
      trace.slice(0, 4).map(({ object, rule }) => `${object} ${rule}`.trim()),
      [
        "Deployment shop/productpage-v1 sidecar",
        "VirtualService shop/reviews http[0]",
        "DestinationRule shop/reviews subset v3",
        "PeerAuthentication Istio's default",
      ],
    );
    assert.match(trace[1]?.message ?? "", /header end-user = "jason"/);
  });
});

const ENTERPRISE = worldFrom(
  { "payment-service": ["v1", "v2"], order: ["v1", "v2"] },
  `${OPEN_GATEWAY}
kind: VirtualService
metadata: { name: payment }
spec:
  hosts: [api.ecommerce.com]
  gateways: [shop-gateway]
  http:
    - match: [{ headers: { x-canary-user: { exact: "true" } } }]
      route: [{ destination: { host: payment-service, subset: canary } }]
    - match: [{ uri: { prefix: /api/payments } }]
      fault: { delay: { percentage: { value: 0.1 }, fixedDelay: 5s } }
      route:
        - { destination: { host: payment-service, subset: stable }, weight: 95 }
        - { destination: { host: payment-service, subset: canary }, weight: 5 }
---
kind: VirtualService
metadata: { name: payment-mesh }
spec:
  hosts: [payment-service]
  http:
    - match: [{ sourceLabels: { app: order, version: v2 } }]
      fault:
        delay: { percentage: { value: 10 }, fixedDelay: 5s }
        abort: { percentage: { value: 5 }, httpStatus: 500 }
      route: [{ destination: { host: payment-service, subset: stable } }]
    - route: [{ destination: { host: payment-service, subset: stable } }]
---
kind: DestinationRule
metadata: { name: payment }
spec:
  host: payment-service
  subsets:
    - { name: stable, labels: { version: v1 } }
    - { name: canary, labels: { version: v2 } }
`,
);

describe("explain: the enterprise document", () => {
  it("sends canary users to the canary, others 95 to 5 with a delay for 0.1 %", () => {
    const users = ask(ENTERPRISE, "GET http://api.ecommerce.com/api/payments/1", ["x-canary-user: true"]);
    assert.equal(split(users), "v2 1");
    const others = ask(ENTERPRISE, "GET http://api.ecommerce.com/api/payments/1");
    assert.equal(split(others), "v1 0.95, v2 0.05");
    assert.deepEqual(others.delay, { probability: 0.001, delay: "5s" });
  });

  it("answers 404 where no route takes the path or no VirtualService the host, and says so", () => {
    const path = ask(ENTERPRISE, "GET http://api.ecommerce.com/other");
    assert.deepEqual([path.status, path.answers, path.denied], [404, [], false]);
    assert.match(path.trace.at(-1)?.message ?? "", /no route of VirtualService shop\/payment takes GET \/other/);
    assert.equal(ask(ENTERPRISE, "GET http://unknown.example.com/").status, 404);
  });

  it("injects faults for the calling version that the labels name, and for no other", () => {
    const hit = ask(ENTERPRISE, "POST http://payment-service:8080/", [], "order:v2");
    assert.equal(split(hit), "v1 0.95");
    assert.deepEqual(hit.failures, [{ status: 500, probability: 0.05, because: "an injected abort" }]);
    assert.deepEqual(hit.delay, { probability: 0.1, delay: "5s" });
    const spared = ask(ENTERPRISE, "POST http://payment-service:8080/", [], "order:v1");
    assert.deepEqual([split(spared), spared.failures, spared.delay], ["v1 1", [], null]);
  });

  it("refuses a caller or a version that is not there, and names those that are", () => {
    assert.throws(
      () => ask(ENTERPRISE, "GET http://order/", [], "cart"),
      /no service named cart \(known: payment-service, order\)/,
    );
    assert.throws(() => ask(ENTERPRISE, "GET http://order/", [], "order:v9"), /no version v9 \(known: v1, v2\)/);
  });
});

describe("explain: matches", () => {
  const world = worldFrom(
    { web: ["a", "b", "premium", "old"] },
    `${OPEN_GATEWAY}
kind: VirtualService
metadata: { name: web }
spec:
  hosts: ["*.example.com"]
  gateways: [shop-gateway]
  http:
    - match: [{ headers: { cookie: { regex: "^(.*?;)?(experiment=version-b)(;.*)?$" } } }]
      route: [{ destination: { host: web, subset: b } }]
    - match: [{ headers: { x-user-tier: { exact: premium } }, method: { exact: GET } }]
      route: [{ destination: { host: web, subset: premium } }]
    - match: [{ uri: { prefix: /OLD/ }, ignoreUriCase: true, withoutHeaders: { x-new: {} } }]
      rewrite: { uri: /v0/ }
      mirror: { host: web, subset: a }
      mirrorPercentage: { value: 10 }
      route: [{ destination: { host: web, subset: old } }]
    - match: [{ uri: { exact: /moved } }]
      redirect: { uri: /here, redirectCode: 308 }
    - match: [{ uri: { exact: /fixed }, queryParams: { q: { exact: "1" } } }]
      directResponse: { status: 418 }
    - corsPolicy: { allowOrigins: [{ exact: "https://shop.example.com" }] }
      route: [{ destination: { host: web, subset: a } }]
---
kind: DestinationRule
metadata: { name: web }
spec:
  host: web.shop.svc.cluster.local
  subsets:
    - { name: a, labels: { version: a } }
    - { name: b, labels: { version: b } }
    - { name: premium, labels: { version: premium } }
    - { name: old, labels: { version: old } }
`,
  );
  const url = "http://www.example.com";

  it("reads cookies, headers with a method, and takes the first route that holds", () => {
    assert.equal(split(ask(world, `GET ${url}/`, ["Cookie: a=1;experiment=version-b"])), "b 1");
    assert.equal(split(ask(world, `GET ${url}/`, ["Cookie: experiment=version-c"])), "a 1");
    assert.equal(split(ask(world, `GET ${url}/`, ["x-user-tier: premium"])), "premium 1");
    assert.equal(split(ask(world, `POST ${url}/`, ["x-user-tier: premium"])), "a 1");
  });

  it("matches the whole value of a regular expression, as Envoy does", () => {
    assert.equal(split(ask(world, `GET ${url}/`, ["Cookie: experiment=version-bb"])), "a 1");
  });

  it("ignores case where asked, and sees absent headers", () => {
    const old = ask(world, `GET ${url}/old/1`);
    assert.equal(split(old), "old 1");
    assert.deepEqual(old.mirror, [{ service: "web", version: "a", percent: 10 }]);
    assert.ok(old.trace.some(({ message }) => message.includes("the path becomes /v0/1")));
    assert.equal(split(ask(world, `GET ${url}/old/1`, ["x-new: yes"])), "a 1");
  });

  it("gives redirects, fixed responses and CORS preflights their own status and asks no pod", () => {
    const moved = ask(world, `GET ${url}/moved`);
    assert.deepEqual([moved.status, moved.location, moved.answers], [308, "http://www.example.com/here", []]);
    assert.equal(ask(world, `GET ${url}/fixed?q=1`).status, 418);
    assert.equal(split(ask(world, `GET ${url}/fixed?q=2`)), "a 1");
    // Envoy compares what is written, and of a repeated parameter the first.
    assert.equal(split(ask(world, `GET ${url}/fixed?q=%31`)), "a 1");
    assert.equal(ask(world, `GET ${url}/fixed?q=1&q=2`).status, 418);
    const preflight = ["Origin: https://shop.example.com", "Access-Control-Request-Method: PUT"];
    assert.deepEqual(ask(world, `OPTIONS ${url}/`, preflight).answers, []);
    assert.equal(split(ask(world, `OPTIONS ${url}/`, ["Origin: https://evil.example", preflight[1] ?? ""])), "a 1");
  });
});

describe("explain: what is not there", () => {
  const world = worldFrom(
    { web: ["v1"] },
    `
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [web]
  http:
    - match: [{ uri: { exact: /subset } }]
      route: [{ destination: { host: web, subset: v9 } }]
    - match: [{ uri: { exact: /pods } }]
      route: [{ destination: { host: web, subset: empty } }]
    - match: [{ uri: { exact: /host } }]
      route: [{ destination: { host: nowhere } }]
    - match: [{ uri: { exact: /port } }]
      route: [{ destination: { host: web, port: { number: 9 } } }]
    - match: [{ uri: { exact: /delegate } }]
      delegate: { name: missing }
---
kind: DestinationRule
metadata: { name: web }
spec: { host: web, subsets: [{ name: empty, labels: { version: v0 } }] }
`,
  );

  for (const [path, why] of [
    ["/subset", /no DestinationRule defines the subset v9/],
    ["/pods", /no pod stands behind/],
    ["/host", /neither a Service nor a ServiceEntry/],
    ["/port", /the Service has no port 9/],
  ] as const) {
    it(`answers 503 for ${path} and says which`, () => {
      const { status, failures, answers } = ask(world, `GET http://web:8080${path}`, [], "web");
      assert.deepEqual([status, answers], [503, []]);
      assert.match(failures[0]?.because ?? "", why);
    });
  }

  it("leaves a route out whose delegate is not there, and says so", () => {
    const { status, trace } = ask(world, "GET http://web:8080/delegate", [], "web");
    assert.equal(status, 404);
    assert.match(trace.at(-1)?.message ?? "", /the delegate shop\/missing is not there/);
  });

  it("answers for an unknown host only on ports that the caller's proxy reads, and closes the connection on others", () => {
    const sidecar = (own: string) =>
      `kind: Sidecar\nmetadata: { name: web }\nspec: { egress: [{ hosts: ["./${own}.shop.svc.cluster.local"] }] }\n`;
    for (const [policy, read, unread] of [
      ["REGISTRY_ONLY", 502, null],
      ["ALLOW_ANY", 503, null],
    ] as const) {
      const strict = "---\nkind: PeerAuthentication\nmetadata: { name: default }\nspec: { mtls: { mode: STRICT } }\n";
      const status = (own: string) => {
        const services = { web: ["v1"], cart: ["v1"], user: ["v1"] };
        const restricted = worldFrom(services, sidecar(own) + strict, { outboundTraffic: policy });
        return ["/", "/%00"].map((path) => ask(restricted, `GET http://user:8080${path}`, [], "web").status);
      };
      assert.deepEqual(status("cart"), [read, 400]);
      assert.deepEqual(status("nobody"), [unread, unread]);
    }
  });

  it("lets calls to unknown hosts out only with ALLOW_ANY", () => {
    assert.equal(ask(world, "GET http://api.example.com/", [], "web").status, 502);
    const open = worldFrom({ web: ["v1"] }, "", { outboundTraffic: "ALLOW_ANY" });
    assert.deepEqual(ask(open, "GET http://api.example.com/", [], "web").answers[0]?.service, "api.example.com");
  });
});
