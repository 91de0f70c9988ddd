import assert from "node:assert/strict";
import { chooseCatalog } from "./load/choose-catalog.ts";
import { readStackFile } from "./load/load.ts";
import { trafficObjects } from "./application.ts";
import { PROJECT_DIRECTORY, STACKS } from "../tests/support/stacks.ts";
import { CATALOGS } from "../tests/support/catalogs.ts";
import { httpRoutesOf, objectNamed, sharesOf } from "../tests/support/traffic-objects.ts";

const objectsOf = (catalog: string, stack = "local") =>
  trafficObjects(readStackFile(PROJECT_DIRECTORY, stack, catalog));

describe("catalogs", () => {
  for (const stack of STACKS) {
    it(`are all good for ${stack}, without its settings of another application`, () => {
      for (const catalog of CATALOGS) {
        const { config, catalog: loaded } = readStackFile(PROJECT_DIRECTORY, stack, catalog);
        assert.deepEqual([loaded.name, config.catalog.name], [catalog, catalog]);
      }
    });
  }

  it("that a command names take the place of the stack's, with all that the stack says of its own", () => {
    const settings = {
      "ecommerce-mesh:catalog": { name: "ecommerce", namespace: "ecommerce-staging" },
      "ecommerce-mesh:services": { cart: {} },
      "ecommerce-mesh:traffic": {
        hosts: ["a.example.com"],
        internalGateway: { hosts: ["b.example.com"] },
        faults: false,
        tls: { certificates: [], mode: "none" },
      },
      "ecommerce-mesh:tags": { a: "b" },
      "aws:profile": "me",
    };
    assert.deepEqual(chooseCatalog(settings, "bookinfo"), {
      "ecommerce-mesh:catalog": { name: "bookinfo" },
      "ecommerce-mesh:traffic": { faults: false, tls: { mode: "none" } },
      "ecommerce-mesh:tags": { a: "b" },
      "aws:profile": "me",
    });
    assert.equal(chooseCatalog(settings, "ecommerce"), settings);
    assert.equal(chooseCatalog(settings, undefined), settings);
  });
});

describe("ecommerce", () => {
  const objects = objectsOf("ecommerce");

  it("splits product 80/20", () => {
    assert.deepEqual(httpRoutesOf(objects, "product").map(sharesOf), ["v1 80, v2 20"]);
  });

  it("breaks the circuit of payment, and payments of order v2 on purpose", () => {
    const { trafficPolicy } = objectNamed(objects, "DestinationRule", "payment").spec;
    assert.deepEqual(trafficPolicy, {
      loadBalancer: { simple: "ROUND_ROBIN" },
      connectionPool: {
        tcp: { maxConnections: 100 },
        http: { http1MaxPendingRequests: 10, maxRequestsPerConnection: 10 },
      },
      outlierDetection: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
    });
    const [drill] = httpRoutesOf(objects, "payment");
    assert.deepEqual(drill?.match, [{ sourceLabels: { app: "order", version: "v2" } }]);
    assert.deepEqual(drill.fault, {
      delay: { percentage: { value: 10 }, fixedDelay: "5s" },
      abort: { percentage: { value: 5 }, httpStatus: 500 },
    });
  });

  it("breaks nothing in production", () => {
    const faults = objectsOf("ecommerce", "prod").filter((object) => JSON.stringify(object).includes('"fault"'));
    assert.deepEqual(faults, []);
  });
});

describe("bookinfo", () => {
  const objects = objectsOf("bookinfo");

  it("shows jason the third version of the reviews, and one in ten the second", () => {
    const routes = httpRoutesOf(objects, "reviews");
    assert.deepEqual(
      routes.map((route) => [route.match, sharesOf(route), route.timeout, route.retries]),
      [
        [[{ headers: { "end-user": { exact: "jason" } } }], "v3 100"],
        [undefined, "v1 90, v2 10"],
      ].map((route) => [...route, "10s", { attempts: 3, perTryTimeout: "2s", retryOn: "5xx,reset,connect-failure" }]),
    );
    const { subsets, trafficPolicy } = objectNamed(objects, "DestinationRule", "reviews").spec;
    assert.deepEqual(
      subsets?.map(({ name }) => name),
      ["v1", "v2", "v3"],
    );
    assert.deepEqual(trafficPolicy?.connectionPool?.tcp, { maxConnections: 100 });
    assert.equal(trafficPolicy.connectionPool.http?.h2UpgradePolicy, "UPGRADE");
  });

  it("runs the public images on port 9080", () => {
    const { services } = readStackFile(PROJECT_DIRECTORY, "local", "bookinfo").catalog;
    for (const service of Object.values(services)) {
      assert.equal(service.port, 9080);
      assert.match(service.image, /^docker\.io\/istio\/examples-bookinfo-/);
    }
  });
});

describe("cloud-native", () => {
  const objects = objectsOf("cloud-native");

  it("has a canary in the first of five phases, an A/B test and a mirror", () => {
    assert.deepEqual(httpRoutesOf(objects, "api-gateway").map(sharesOf), ["v1 90, v2 10"]);
    assert.deepEqual(httpRoutesOf(objects, "frontend").map(sharesOf), ["v2 100", "v2 100", "v1 100, v2 0"]);
    const [product] = httpRoutesOf(objects, "product");
    assert.deepEqual([product?.mirror?.subset, product?.mirrorPercentage], ["v2", { value: 10 }]);
  });
});

describe("enterprise", () => {
  const objects = objectsOf("enterprise");

  it("sends testers to the canary, splits one path and leaves the rest to the stable version", () => {
    const routes = httpRoutesOf(objects, "payment");
    assert.deepEqual(routes.map(sharesOf), ["canary 100", "stable 95, canary 5", "stable 100"]);
    assert.deepEqual(
      routes.map(({ timeout, retries }) => [timeout, retries?.attempts, retries?.perTryTimeout]),
      [1, 2, 3].map(() => ["5s", 3, "2s"]),
    );
    assert.deepEqual(routes[1]?.fault, { delay: { percentage: { value: 0.1 }, fixedDelay: "5s" } });
  });

  it("bounds the canary's connections to half, with everything else as for the stable version", () => {
    const { trafficPolicy, subsets } = objectNamed(objects, "DestinationRule", "payment").spec;
    const pool = trafficPolicy?.connectionPool;
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
    assert.deepEqual(subsets?.find(({ name }) => name === "canary")?.trafficPolicy?.connectionPool, {
      ...pool,
      tcp: { ...pool.tcp, maxConnections: 50 },
    });
    assert.deepEqual(trafficPolicy?.outlierDetection, {
      consecutive5xxErrors: 5,
      interval: "30s",
      baseEjectionTime: "30s",
      maxEjectionPercent: 50,
      minHealthPercent: 30,
    });
  });

  it("answers both hosts", () => {
    assert.deepEqual(objectNamed(objects, "VirtualService", "enterprise").spec.hosts, [
      "api.ecommerce.com",
      "payments.ecommerce.com",
    ]);
  });
});

describe("frontend-backend", () => {
  it("is asked on port 80, listens on 8080, and tries a tenth on the new backend", () => {
    const [route] = httpRoutesOf(objectsOf("frontend-backend"), "backend");
    assert.deepEqual(
      route?.route?.map(({ destination, weight }) => [destination.port?.number, destination.subset, weight]),
      [
        [80, "v1", 90],
        [80, "v2", 10],
      ],
    );
  });
});
