import assert from "node:assert/strict";
import { applyOverride } from "../../load/load-catalog.ts";
import { trafficObjects } from "../../application.ts";
import { managedFields } from "./managed-fields.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { httpRoutesOf, objectNamed, sharesOf } from "../../../tests/support/traffic-objects.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

/** The routes of one service of the shop with these settings. */
function routesOf(service: string, spec: PlainObject, config: PlainObject = {}) {
  return httpRoutesOf(trafficObjects(stackData(config, { services: { [service]: spec } })), service);
}

const TWO = { versions: { v1: {}, v2: {} } };

describe("a canary", () => {
  const split = (canary: PlainObject) =>
    routesOf("cart", { ...TWO, canary: { version: "v2", ...canary } }).map((route) => sharesOf(route));

  it("gets the share of its phase, or its weight, and the stable version the rest", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((phase) => split({ phase })),
      [0, 10, 25, 50, 75, 100].map((weight) => [`v1 ${100 - weight}, v2 ${weight}`]),
    );
    assert.deepEqual(split({ weight: 5 }), ["v1 95, v2 5"]);
    assert.deepEqual(split({ phase: 2, phases: [1, 7] }), ["v1 93, v2 7"]);
  });

  it("gets its share of the requests of a match alone, and by a header all", () => {
    const routes = routesOf("payment", {
      ...TWO,
      canary: { version: "v2", weight: 5, match: { path: "/api/payments" } },
      rules: [{ name: "testers", match: { headers: { "x-canary-user": "true" } }, version: "v2" }],
    });
    assert.deepEqual(
      routes.map((route) => [route.name, route.match, sharesOf(route)]),
      [
        ["payment-testers", [{ headers: { "x-canary-user": { exact: "true" } } }], "v2 100"],
        ["payment-canary", [{ uri: { exact: "/api/payments" } }, { uri: { prefix: "/api/payments/" } }], "v1 95, v2 5"],
        ["payment", undefined, "v1 100"],
      ],
    );
  });

  it("leaves a third version to the rules", () => {
    const routes = routesOf("cart", {
      versions: { v1: {}, v2: {}, v3: {} },
      canary: { version: "v2", stable: "v1", weight: 10 },
      rules: [{ match: { headers: { "end-user": "jason" } }, version: "v3" }],
    });
    assert.deepEqual(routes.map(sharesOf), ["v3 100", "v1 90, v2 10"]);
  });

  it("is in the phase that the stack says, whatever the catalog says of its weight, and the other way round", () => {
    const catalog = (canary: PlainObject) => ({
      services: { cart: { port: 80, canary: { version: "v2", ...canary } } },
    });
    const stack = (canary: PlainObject) => ({ services: { cart: { canary } } });
    assert.deepEqual(applyOverride(catalog({ weight: 20 }), stack({ phase: 3 })), {
      services: { cart: { port: 80, canary: { version: "v2", phase: 3 } } },
    });
    assert.deepEqual(applyOverride(catalog({ phase: 1 }), stack({ weight: 30 })), {
      services: { cart: { port: 80, canary: { version: "v2", weight: 30 } } },
    });
    assert.deepEqual(applyOverride(catalog({ phase: 1 }), stack({ phases: [5, 50] })), {
      services: { cart: { port: 80, canary: { version: "v2", phase: 1, phases: [5, 50] } } },
    });
  });
});

describe("weights that somebody else shifts", () => {
  it("are ignored in every route of the split, and nothing else is", () => {
    const stack = stackData(
      {},
      {
        services: {
          cart: {
            ...TWO,
            trafficManagedBy: "flagger",
            canary: { version: "v2", weight: 5, match: { headers: { beta: "yes" } } },
            rules: [
              { match: { headers: { "x-canary": "true" } }, version: "v2" },
              { match: { methods: ["POST"] }, timeout: "1s" },
            ],
          },
        },
      },
    );
    const ignored = trafficObjects(stack).flatMap((object) => managedFields(stack, object));
    assert.deepEqual(
      ignored,
      [1, 2].flatMap((route) => [0, 1].map((to) => `spec.http[${route}].route[${to}].weight`)),
    );
  });

  it("are the program's own where nobody is named", () => {
    const stack = stackData();
    assert.deepEqual(
      trafficObjects(stack).flatMap((object) => managedFields(stack, object)),
      [],
    );
  });
});

describe("rules", () => {
  it("match by header, cookie, source, method, query and path, all at once", () => {
    const [route] = routesOf("payment", {
      rules: [
        {
          match: {
            path: { exact: "/pay" },
            methods: ["GET", "POST"],
            headers: { "x-user-tier": "premium", "x-trace": { present: true }, "user-agent": { prefix: "curl/" } },
            cookie: { name: "experiment", value: "version-b" },
            query: { debug: { regex: "1|true" } },
            source: { service: "order", version: "v2" },
          },
        },
      ],
    });
    assert.deepEqual(route?.match, [
      {
        uri: { exact: "/pay" },
        method: { regex: "GET|POST" },
        headers: {
          "x-user-tier": { exact: "premium" },
          "x-trace": {},
          "user-agent": { prefix: "curl/" },
          cookie: { regex: "^(?:.*;\\s*)?experiment=version-b(?:;.*)?$" },
        },
        queryParams: { debug: { regex: "1|true" } },
        sourceLabels: { app: "order", version: "v2" },
      },
    ]);
  });

  it("find a cookie among others, and none whose name or value is longer", () => {
    const [route] = routesOf("cart", {
      rules: [{ match: { cookie: { name: "experiment", value: "version-b" } }, timeout: "1s" }],
    });
    const pattern = new RegExp(route?.match?.[0]?.headers?.["cookie"]?.regex ?? "");
    for (const cookie of ["experiment=version-b", "a=1; experiment=version-b", "experiment=version-b; z=2"]) {
      assert.match(cookie, pattern);
    }
    for (const cookie of [
      "experiment=version-bb",
      "noexperiment=version-b",
      "experiment=a",
      "x=experiment=version-b",
    ]) {
      assert.doesNotMatch(cookie, pattern);
    }
  });

  it("go from the most specific to the least, the service's own split last", () => {
    const rule = (name: string, match: PlainObject, rest: PlainObject = {}) => ({ name, match, ...rest });
    const routes = routesOf("cart", {
      rules: [
        rule("pattern", { headers: { a: { regex: "x[0-9]+" } } }),
        rule("prefix", { headers: { a: { prefix: "x" } } }),
        rule("exact", { headers: { a: "x" } }),
        rule("path", { path: "/cart" }),
        rule("longer-path", { path: "/cart/items" }),
        rule("exact-path", { path: { exact: "/cart/items" } }),
        rule("both", { path: "/cart", headers: { a: "x" } }),
        rule("urgent", { methods: ["PUT"] }, { priority: 1 }),
      ],
    });
    assert.deepEqual(
      routes.map(({ name }) => name),
      ["urgent", "both", "exact-path", "longer-path", "path", "exact", "prefix", "pattern"]
        .map((name) => `cart-${name}`)
        .concat("cart"),
    );
  });

  it("hold at the gateway too where their path is wider than its prefix, which Istio would leave out", () => {
    const routes = routesOf("cart", {
      routes: [{ prefix: "/api/cart" }, { prefix: "/basket" }],
      rules: [{ name: "api", match: { path: "/api", headers: { a: "x" } }, timeout: "1s" }],
    });
    const wide = ["/api/cart", "/api"].map((path) =>
      [{ exact: path }, { prefix: `${path}/` }].map((uri) => ({ uri, headers: { a: { exact: "x" } } })),
    );
    assert.deepEqual(
      routes.map(({ name, match, timeout }) => [name, match, timeout]),
      [
        ["cart-api-gateway-1", wide[0], "1s"],
        ["cart-api", wide[1], "1s"],
        ["cart", undefined, undefined],
      ],
    );
  });

  it("have the service's timeout and retries, but neither its fault nor its mirror", () => {
    const [rule, rest] = routesOf("cart", {
      versions: { v1: { weight: 100 }, v2: { weight: 0 } },
      timeout: "10s",
      retries: { attempts: 3, perTryTimeout: "2s", retryOn: ["5xx", "reset", "connect-failure"] },
      fault: { abort: { percent: 5, httpStatus: 500 } },
      mirror: { version: "v2", percent: 10 },
      rules: [{ match: { headers: { a: "x" } }, timeout: "20s" }],
    });
    const retries = { attempts: 3, perTryTimeout: "2s", retryOn: "5xx,reset,connect-failure" };
    assert.deepEqual([rule?.timeout, rule?.retries, rule?.fault, rule?.mirror], ["20s", retries, undefined, undefined]);
    assert.deepEqual([rest?.timeout, rest?.retries], ["10s", retries]);
    assert.deepEqual(rest?.fault, { abort: { percentage: { value: 5 }, httpStatus: 500 } });
    assert.deepEqual(rest.mirror, {
      host: "cart.ecommerce.svc.cluster.local",
      subset: "v2",
      port: { number: 8080 },
    });
    assert.deepEqual(rest.mirrorPercentage, { value: 10 });
  });

  it("inject faults for one version of one caller, and none where the stack turns them off", () => {
    const spec = {
      rules: [
        {
          match: { source: { service: "order", version: "v2" } },
          fault: { delay: { percent: 10, fixedDelay: "5s" }, abort: { percent: 5, httpStatus: 500 } },
        },
      ],
    };
    const [route] = routesOf("payment", spec);
    assert.deepEqual(route?.match, [{ sourceLabels: { app: "order", version: "v2" } }]);
    assert.deepEqual(route.fault, {
      delay: { percentage: { value: 10 }, fixedDelay: "5s" },
      abort: { percentage: { value: 5 }, httpStatus: 500 },
    });
    assert.equal(routesOf("payment", spec, { traffic: { faults: false } })[0]?.fault, undefined);
  });

  it("mirror nothing where the stack turns it off", () => {
    const spec = { versions: { v1: { weight: 100 }, v2: { weight: 0 } }, mirror: { version: "v2", percent: 10 } };
    const [route] = routesOf("cart", spec, { traffic: { mirroring: false } });
    assert.deepEqual([route?.mirror, route?.mirrorPercentage], [undefined, undefined]);
  });
});

describe("headers", () => {
  it("of service, version and rule add up at the destination, so that the gateway's own stay", () => {
    const objects = trafficObjects(
      stackData(
        {},
        {
          services: {
            cart: {
              headers: { request: { set: { "x-app": "shop" } }, response: { remove: ["server"] } },
              versions: { v1: { headers: { response: { set: { "x-version": "v1" } } } } },
              routes: [{ prefix: "/cart", headers: { request: { add: { "x-from": "outside" } } } }],
              rules: [{ match: { methods: ["PUT"] }, headers: { request: { set: { "x-app": "writer" } } } }],
            },
          },
        },
      ),
    );
    const [writer, rest] = httpRoutesOf(objects, "cart");
    const response = { set: { "x-version": "v1" }, remove: ["server"] };
    assert.deepEqual(rest?.route?.[0]?.headers, { request: { set: { "x-app": "shop" } }, response });
    assert.deepEqual(writer?.route?.[0]?.headers, { request: { set: { "x-app": "writer" } }, response });
    assert.deepEqual([writer.headers, rest.headers], [undefined, undefined]);
    const root = httpRoutesOf(objects, "ecommerce").find(({ delegate }) => delegate?.name === "cart");
    assert.deepEqual(root?.headers, { request: { add: { "x-from": "outside" } } });
  });
});

describe("a version's own policy", () => {
  it("says again what the service says, because Istio replaces the whole pool", () => {
    const rule = objectNamed(
      trafficObjects(
        stackData(
          {},
          {
            services: {
              payment: {
                versions: { v1: { weight: 95 }, v2: { weight: 5, connectionPool: { tcp: { maxConnections: 50 } } } },
                loadBalancing: "LEAST_REQUEST",
                connectionPool: {
                  tcp: {
                    maxConnections: 100,
                    connectTimeout: "30s",
                    tcpKeepalive: { time: "7200s", interval: "75s" },
                  },
                  http: { http1MaxPendingRequests: 10, h2UpgradePolicy: "UPGRADE" },
                },
                outlierDetection: { consecutive5xxErrors: 5, interval: "30s", maxEjectionPercent: 50 },
              },
            },
          },
        ),
      ),
      "DestinationRule",
      "payment",
    );
    const tcp = { connectTimeout: "30s", tcpKeepalive: { time: "7200s", interval: "75s" } };
    const http = { http1MaxPendingRequests: 10, h2UpgradePolicy: "UPGRADE" };
    assert.deepEqual(rule.spec.trafficPolicy, {
      loadBalancer: { simple: "LEAST_REQUEST" },
      connectionPool: { tcp: { maxConnections: 100, ...tcp }, http },
      outlierDetection: { consecutive5xxErrors: 5, interval: "30s", maxEjectionPercent: 50 },
    });
    assert.deepEqual(rule.spec.subsets, [
      { name: "v1", labels: { version: "v1" } },
      {
        name: "v2",
        labels: { version: "v2" },
        trafficPolicy: { connectionPool: { tcp: { maxConnections: 50, ...tcp }, http } },
      },
    ]);
  });
});

describe("load balancing", () => {
  const balancer = (loadBalancing: unknown) =>
    objectNamed(trafficObjects(stackData({}, { services: { cart: { loadBalancing } } })), "DestinationRule", "cart")
      .spec.trafficPolicy?.loadBalancer;

  it("has every algorithm, and hashes of header, cookie, query and address", () => {
    assert.deepEqual(balancer("RANDOM"), { simple: "RANDOM" });
    assert.deepEqual(balancer({ algorithm: "LEAST_REQUEST", warmup: "60s" }), {
      simple: "LEAST_REQUEST",
      warmup: { duration: "60s" },
    });
    assert.deepEqual(balancer({ consistentHash: { header: "x-user-id" } }), {
      consistentHash: { httpHeaderName: "x-user-id" },
    });
    assert.deepEqual(balancer({ consistentHash: { cookie: { name: "session", ttl: "3600s" } } }), {
      consistentHash: { httpCookie: { name: "session", ttl: "3600s" } },
    });
    assert.deepEqual(balancer({ consistentHash: { queryParameter: "id" } }), {
      consistentHash: { httpQueryParameterName: "id" },
    });
    assert.deepEqual(balancer({ consistentHash: { sourceIp: true } }), { consistentHash: { useSourceIp: true } });
  });

  it("prefers near pods and falls over to another region", () => {
    assert.deepEqual(balancer({ locality: { failover: [{ from: "eu-west-1", to: "eu-central-1" }] } }), {
      simple: "ROUND_ROBIN",
      localityLbSetting: { enabled: true, failover: [{ from: "eu-west-1", to: "eu-central-1" }] },
    });
  });
});
