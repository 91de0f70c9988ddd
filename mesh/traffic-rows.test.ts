import assert from "node:assert/strict";
import { applicationObjects } from "./application.ts";
import { explain } from "../analysis/explain/explain.ts";
import { parseRequest } from "../analysis/explain/request.ts";
import { worldOf } from "../cli/stack/stack-world.ts";
import type { Explanation } from "../analysis/explain/types.ts";
import type { IstioObject } from "./kubernetes/objects.ts";
import type { StackData } from "./stack/stack.ts";
import { acceptedStack, type AcceptedName } from "../tests/support/accepted-stacks.ts";
import { httpRoutesOf, objectNamed, sharesOf } from "../tests/support/traffic-objects.ts";
import { split } from "../tests/support/explain.ts";

type Ask = (text: string, headers?: readonly string[], from?: string) => Explanation;

/**
 * One thing that the mesh can do with a request. Its objects are those of a stack that the end-to-end test of
 * tests/support/accepted-stacks.ts has accepted by the API server.
 */
interface Row {
  readonly feature: string;
  readonly stack: AcceptedName;
  readonly objects: (objects: readonly IstioObject[]) => void;
  readonly explained: (ask: Ask) => void;
}

const SHOP = "https://ecommerce.example.com";
const PAYMENTS = "https://payments.ecommerce.com/api/payments";
const PROCESSOR = "http://api.paymentprocessor.com/charge";
const PAY = "POST http://payment:8080/api/v1/process-payment";

const ROWS: readonly Row[] = [
  {
    feature: "T1 a gateway for HTTP, and for HTTPS with a certificate",
    stack: "ecommerce",
    objects: (objects) => {
      const { servers } = objectNamed(objects, "Gateway", "ecommerce-gateway").spec;
      assert.deepEqual(
        servers?.map(({ port, hosts, tls }) => [port.number, port.protocol, hosts, tls?.mode, tls?.credentialName]),
        [
          [80, "HTTP", ["ecommerce.example.com"], undefined, undefined],
          [443, "HTTPS", ["ecommerce.example.com"], "SIMPLE", "ecommerce-cert"],
        ],
      );
    },
    explained: (ask) => {
      const { status, trace } = ask(`GET ${SHOP}/cart`);
      assert.deepEqual([status, trace[0]?.rule], [200, "servers https"]);
      assert.equal(ask("GET http://ecommerce.example.com/cart").status, 200);
      // A name without a certificate.
      assert.equal(ask("GET https://other.example.com/cart").status, null);
    },
  },
  {
    feature: "T2 a redirect from HTTP to HTTPS",
    stack: "wide",
    objects: (objects) => {
      const { servers } = objectNamed(objects, "Gateway", "ecommerce-gateway").spec;
      assert.deepEqual(servers?.[0]?.tls, { httpsRedirect: true });
    },
    explained: (ask) => {
      const { status, location } = ask("GET http://ecommerce.example.com/cart");
      assert.deepEqual([status, location], [301, `${SHOP}/cart`]);
    },
  },
  {
    feature: "T3 routes by path",
    stack: "ecommerce",
    objects: (objects) => {
      assert.deepEqual(
        httpRoutesOf(objects, "ecommerce").map(({ match, delegate }) => [match?.[0]?.uri, delegate?.name]),
        [
          [{ exact: "/products" }, "product"],
          [{ exact: "/payment" }, "payment"],
          [{ exact: "/orders" }, "order"],
          [{ exact: "/users" }, "user"],
          [{ exact: "/cart" }, "cart"],
        ],
      );
    },
    explained: (ask) => {
      const answering = (path: string) => ask(`GET ${SHOP}${path}`).answers[0]?.service;
      assert.deepEqual(["/products/7", "/cart", "/orders", "/users/1"].map(answering), [
        "product",
        "cart",
        "order",
        "user",
      ]);
      // Routed to payment, which refuses the gateway.
      assert.deepEqual([ask(`POST ${SHOP}/payment`).denied, ask(`GET ${SHOP}/else`).status], [true, 404]);
    },
  },
  {
    feature: "T4 subsets, ROUND_ROBIN",
    stack: "ecommerce",
    objects: (objects) => {
      const { subsets, trafficPolicy } = objectNamed(objects, "DestinationRule", "product").spec;
      assert.deepEqual(trafficPolicy?.loadBalancer, { simple: "ROUND_ROBIN" });
      assert.deepEqual(
        subsets?.map(({ name, labels }) => [name, labels]),
        [
          ["v1", { version: "v1" }],
          ["v2", { version: "v2" }],
        ],
      );
    },
    explained: (ask) => {
      const { answers, trace } = ask(`GET ${SHOP}/products`);
      assert.deepEqual(
        answers.flatMap(({ pods }) => pods.map(({ deployment }) => deployment)),
        ["product-v1", "product-v2"],
      );
      assert.ok(trace.some(({ object, rule }) => object.endsWith("ecommerce/product") && rule === "subset v2"));
    },
  },
  {
    feature: "T4 LEAST_REQUEST",
    stack: "enterprise",
    objects: (objects) => {
      const { trafficPolicy } = objectNamed(objects, "DestinationRule", "payment").spec;
      assert.deepEqual(trafficPolicy?.loadBalancer, { simple: "LEAST_REQUEST" });
    },
    explained: (ask) => {
      assert.ok(ask(`POST ${PAYMENTS}`).trace.some(({ rule }) => rule === "subset stable"));
    },
  },
  ...(
    [
      ["ecommerce", "product", "v1 80, v2 20", `GET ${SHOP}/products`, undefined],
      ["bookinfo", "reviews", "v1 90, v2 10", "GET http://reviews:9080/reviews/0", "productpage"],
      ["enterprise", "payment", "stable 95, canary 5", `POST ${PAYMENTS}`, undefined],
      ["frontend-backend", "backend", "v1 90, v2 10", "GET http://backend/", "frontend"],
    ] as const
  ).map(([stack, service, weights, request, from]): Row => ({
    feature: `T5 a canary by weight: ${service} at ${weights}`,
    stack,
    objects: (objects) => {
      assert.ok(httpRoutesOf(objects, service).map(sharesOf).includes(weights));
    },
    explained: (ask) => {
      assert.equal(
        split(ask(request, [], from)),
        weights.replace(/ (\d+)/g, (_, share: string) => ` ${Number(share) / 100}`),
      );
    },
  })),
  {
    feature: "T6 a canary in phases, the first of five",
    stack: "cloud-native",
    objects: (objects) => {
      assert.deepEqual(httpRoutesOf(objects, "api-gateway").map(sharesOf), ["v1 90, v2 10"]);
    },
    explained: (ask) => {
      assert.equal(split(ask("GET https://app.example.com/api/v1/products")), "v1 0.9, v2 0.1");
    },
  },
  {
    feature: "T7 routes by header: end-user",
    stack: "bookinfo",
    objects: (objects) => {
      const [jason] = httpRoutesOf(objects, "reviews");
      assert.deepEqual(jason?.match, [{ headers: { "end-user": { exact: "jason" } } }]);
    },
    explained: (ask) => {
      assert.equal(split(ask("GET http://reviews:9080/reviews/0", ["end-user: jason"], "productpage")), "v3 1");
    },
  },
  {
    feature: "T7 routes by header: x-canary",
    stack: "ecommerce",
    objects: (objects) => {
      const [testers] = httpRoutesOf(objects, "order");
      assert.deepEqual(testers?.match, [{ headers: { "x-canary": { exact: "true" } } }]);
    },
    explained: (ask) => {
      assert.equal(split(ask(`GET ${SHOP}/orders`, ["x-canary: true"])), "v2 1");
      assert.equal(split(ask(`GET ${SHOP}/orders`)), "v1 1");
    },
  },
  {
    feature: "T8 an A/B test by cookie and by header",
    stack: "cloud-native",
    objects: (objects) => {
      assert.deepEqual(httpRoutesOf(objects, "frontend").map(sharesOf), ["v2 100", "v2 100", "v1 100, v2 0"]);
    },
    explained: (ask) => {
      const page = "GET https://app.example.com/";
      assert.deepEqual(
        [[], ["Cookie: experiment=version-b"], ["x-user-tier: premium"], ["Cookie: experiment=version-a"]].map(
          (headers) => split(ask(page, headers)),
        ),
        ["v1 1", "v2 1", "v2 1", "v1 1"],
      );
    },
  },
  ...(
    [
      ["bookinfo", "reviews", "10s", "5xx,reset,connect-failure", "GET http://reviews:9080/reviews/0", "productpage"],
      ["enterprise", "payment", "5s", undefined, `POST ${PAYMENTS}`, undefined],
    ] as const
  ).map(([stack, service, timeout, retryOn, request, from]): Row => ({
    feature: `T9 a timeout of ${timeout} and 3 retries of 2s`,
    stack,
    objects: (objects) => {
      for (const route of httpRoutesOf(objects, service)) {
        assert.equal(route.timeout, timeout);
        assert.deepEqual(route.retries, {
          attempts: 3,
          perTryTimeout: "2s",
          ...(retryOn === undefined ? {} : { retryOn }),
        });
      }
    },
    explained: (ask) => {
      const { timeout: bound, retries } = ask(request, [], from);
      assert.deepEqual([bound, retries?.attempts, retries?.perTryTimeout], [timeout, 3, "2s"]);
    },
  })),
  {
    feature: "T10 a connection pool",
    stack: "enterprise",
    objects: (objects) => {
      const { connectionPool: pool } = objectNamed(objects, "DestinationRule", "payment").spec.trafficPolicy ?? {};
      assert.deepEqual(pool, {
        tcp: { maxConnections: 100, connectTimeout: "30s", tcpKeepalive: { time: "7200s", interval: "75s" } },
        http: {
          http1MaxPendingRequests: 10,
          http2MaxRequests: 100,
          maxRequestsPerConnection: 2,
          maxRetries: 3,
          h2UpgradePolicy: "UPGRADE",
          idleTimeout: "60s",
        },
      });
    },
    explained: (ask) => {
      const pools = ask(`POST ${PAYMENTS}`).limits.filter(({ kind }) => kind === "connectionPool");
      assert.deepEqual(
        pools.map(({ object, message }) => [object, /maxConnections (\d+)/.exec(message)?.[1]]),
        [
          ["DestinationRule production/payment", "100"],
          ["DestinationRule production/payment subset canary", "50"],
        ],
      );
    },
  },
  {
    feature: "T11 outlier detection",
    stack: "enterprise",
    objects: (objects) => {
      const { outlierDetection } = objectNamed(objects, "DestinationRule", "payment").spec.trafficPolicy ?? {};
      assert.deepEqual(outlierDetection, {
        consecutive5xxErrors: 5,
        interval: "30s",
        baseEjectionTime: "30s",
        maxEjectionPercent: 50,
        minHealthPercent: 30,
      });
    },
    explained: (ask) => {
      const [outliers] = ask(`POST ${PAYMENTS}`).limits.filter(({ kind }) => kind === "outlierDetection");
      assert.match(outliers?.message ?? "", /consecutive5xxErrors 5, interval 30s, .*minHealthPercent 30/);
    },
  },
  {
    feature: "T12 faults for one version of one caller",
    stack: "ecommerce",
    objects: (objects) => {
      const [drill] = httpRoutesOf(objects, "payment");
      assert.deepEqual(drill?.match, [{ sourceLabels: { app: "order", version: "v2" } }]);
      assert.deepEqual(drill.fault, {
        delay: { percentage: { value: 10 }, fixedDelay: "5s" },
        abort: { percentage: { value: 5 }, httpStatus: 500 },
      });
    },
    explained: (ask) => {
      const hit = ask(PAY, [], "order:v2");
      assert.deepEqual(
        [hit.delay, hit.failures.map(({ status, probability }) => [status, probability]), split(hit)],
        [{ probability: 0.1, delay: "5s" }, [[500, 0.05]], "v1 0.95"],
      );
      const spared = ask(PAY, [], "order:v1");
      assert.deepEqual([spared.delay, spared.failures, split(spared)], [null, [], "v1 1"]);
    },
  },
  {
    feature: "T12 a delay for one in a thousand",
    stack: "enterprise",
    objects: (objects) => {
      const delay = { percentage: { value: 0.1 }, fixedDelay: "5s" };
      assert.ok(httpRoutesOf(objects, "payment").some(({ fault }) => fault?.delay?.percentage.value === 0.1));
      assert.deepEqual(httpRoutesOf(objects, "payment").at(-1)?.fault, { delay });
    },
    explained: (ask) => {
      assert.deepEqual(ask(`POST ${PAYMENTS}`).delay, { probability: 0.001, delay: "5s" });
    },
  },
  {
    feature: "T13 a mirror of a tenth",
    stack: "cloud-native",
    objects: (objects) => {
      const [product] = httpRoutesOf(objects, "product");
      assert.deepEqual([product?.mirror?.subset, product?.mirrorPercentage], ["v2", { value: 10 }]);
    },
    explained: (ask) => {
      const { mirror, ...explanation } = ask("GET http://product:8080/products", [], "api-gateway");
      assert.deepEqual(mirror, [{ service: "product", version: "v2", percent: 10 }]);
      assert.equal(split({ mirror, ...explanation }), "v1 1");
    },
  },
  {
    feature: "T14 a local rate limit for each user",
    stack: "cloud-native",
    objects: (objects) => {
      const filter = objects.find(
        ({ kind, metadata }) => kind === "EnvoyFilter" && metadata.name.startsWith("api-gateway"),
      );
      assert.match(JSON.stringify(filter), /local_ratelimit\.v3.*"header_name":"x-user-id".*"max_tokens":60/);
    },
    explained: (ask) => {
      const limits = (headers: readonly string[]) =>
        ask("GET https://app.example.com/api/v1/products", headers)
          .limits.filter(({ kind }) => kind === "localRateLimit")
          .map(({ message }) => message);
      assert.deepEqual(limits(["x-user-id: user-123"]), ["60 requests in 60s at each pod for each x-user-id"]);
      assert.deepEqual(limits([]), []);
    },
  },
  {
    feature: "T15 a global rate limit",
    stack: "wide",
    objects: (objects) => {
      const filter = objectNamed(objects, "EnvoyFilter", "ecommerce-global-rate-limit");
      assert.match(JSON.stringify(filter), /"domain":"ecommerce".*"rate_limit_service"/);
    },
    explained: (ask) => {
      const { limits } = ask("POST https://pay.example.com/payment/7", ["x-user-id: 7"]);
      assert.deepEqual(
        limits.filter(({ kind }) => kind === "globalRateLimit").map(({ message }) => message),
        ["counted by the rate limit service as limit payment.0, x-user-id 7"],
      );
    },
  },
  {
    feature: "T16 an external service, by TLS",
    stack: "ecommerce",
    objects: (objects) => {
      const { hosts, resolution } = objectNamed(objects, "ServiceEntry", "payment-processor").spec;
      assert.deepEqual([hosts, resolution], [["api.paymentprocessor.com"], "DNS"]);
      const policy = objectNamed(objects, "DestinationRule", "payment-processor").spec.trafficPolicy;
      assert.equal(policy?.portLevelSettings?.[0]?.tls?.mode, "SIMPLE");
    },
    explained: (ask) => {
      const { answers, trace } = ask(`POST ${PROCESSOR}`, [], "payment");
      assert.deepEqual(
        answers.map(({ service }) => service),
        ["api.paymentprocessor.com"],
      );
      assert.equal(trace.at(-1)?.message, "the proxy speaks TLS (SIMPLE) to it");
    },
  },
  {
    feature: "T17 the way out through the egress gateway",
    stack: "ecommerce",
    objects: (objects) => {
      const [server] = objectNamed(objects, "Gateway", "ecommerce-egress").spec.servers ?? [];
      assert.deepEqual([server?.hosts, server?.tls?.mode], [["api.paymentprocessor.com"], "ISTIO_MUTUAL"]);
      assert.deepEqual(
        httpRoutesOf(objects, "payment-processor-egress").map(({ name }) => name),
        ["to-gateway", "to-outside"],
      );
    },
    explained: (ask) => {
      const { trace } = ask(`POST ${PROCESSOR}`, [], "payment");
      assert.ok(trace.some(({ object }) => object === "Gateway ecommerce/ecommerce-egress"));
      assert.ok(
        trace.some(({ object }) => object === "AuthorizationPolicy istio-egress/ecommerce-egress-payment-processor"),
      );
    },
  },
  {
    feature: "T18 a canary of the requests of a match, with a policy for each version",
    stack: "enterprise",
    objects: (objects) => {
      const routes = httpRoutesOf(objects, "payment");
      assert.deepEqual(routes.map(sharesOf), ["canary 100", "stable 95, canary 5", "stable 100"]);
      const { subsets } = objectNamed(objects, "DestinationRule", "payment").spec;
      assert.deepEqual(
        subsets?.map(({ name, trafficPolicy }) => [name, trafficPolicy?.connectionPool?.tcp?.maxConnections]),
        [
          ["stable", undefined],
          ["canary", 50],
        ],
      );
    },
    explained: (ask) => {
      assert.equal(split(ask(`POST ${PAYMENTS}`)), "stable 0.95, canary 0.05");
      assert.equal(split(ask(`POST ${PAYMENTS}`, ["x-canary-user: true"])), "canary 1");
      assert.equal(split(ask("POST http://payment:8080/api/v1/process-payment", [], "order")), "stable 1");
    },
  },
];

describe("traffic, row by row", () => {
  for (const { feature, stack, objects, explained } of ROWS) {
    describe(`${feature} (${stack})`, () => {
      const data: StackData = acceptedStack(stack);

      it("is in the objects that the API server takes", () => {
        objects(applicationObjects(data) as IstioObject[]);
      });

      it("is what explain says", () => {
        const world = worldOf(data);
        explained((text, headers = [], from) => explain(world, parseRequest(text, headers, from), 0));
      });
    });
  }

  it("has every row from T1 to T18", () => {
    const rows = new Set(ROWS.map(({ feature }) => feature.split(" ")[0]));
    assert.deepEqual(
      [...rows],
      Array.from({ length: 18 }, (_, index) => `T${index + 1}`),
    );
  });
});
