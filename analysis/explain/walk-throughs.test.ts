import assert from "node:assert/strict";
import { readStackFile } from "../../mesh/load/load.ts";
import { worldOf } from "../../cli/stack/stack-world.ts";
import type { Explanation } from "./types.ts";
import type { CATALOGS } from "../../tests/support/catalogs.ts";
import { PROJECT_DIRECTORY } from "../../tests/support/stacks.ts";
import { ask, split } from "../../tests/support/explain.ts";

/** What stands in the way in one stack: production injects no faults and mirrors nothing. */
type StackName = "dev" | "prod";

interface Example {
  readonly request: string;
  readonly headers?: readonly string[];
  readonly from?: string;
  /** Who answers, as `split` says it; undefined: nobody. */
  readonly answered?: string;
  readonly service?: string;
  readonly status?: number;
  readonly also?: (explanation: Explanation, stack: StackName) => void;
}

const kindsOf = ({ limits }: Explanation) => limits.map(({ kind }) => kind);

/** What each application's walk-through tries with curl, and what it says must come of it. */
const WALK_THROUGHS: Readonly<Record<(typeof CATALOGS)[number], readonly Example[]>> = {
  ecommerce: [
    { request: "GET https://ecommerce.example.com/products/7", service: "product", answered: "v1 0.8, v2 0.2" },
    { request: "GET https://ecommerce.example.com/cart", service: "cart", answered: "v1 1" },
    { request: "POST https://ecommerce.example.com/orders", service: "order", answered: "v1 1" },
    {
      request: "POST https://ecommerce.example.com/orders",
      headers: ["x-canary: true"],
      service: "order",
      answered: "v2 1",
    },
    { request: "GET https://ecommerce.example.com/users/1", service: "user", answered: "v1 1" },
    { request: "POST https://ecommerce.example.com/payment", status: 403 },
    {
      request: "POST http://payment:8080/api/v1/process-payment",
      from: "order:v2",
      service: "payment",
      also: ({ delay, failures, answers }, stack) => {
        assert.deepEqual(delay, stack === "dev" ? { probability: 0.1, delay: "5s" } : null);
        assert.deepEqual(
          failures.map(({ status, probability }) => [status, probability]),
          stack === "dev" ? [[500, 0.05]] : [],
        );
        assert.equal(answers[0]?.probability, stack === "dev" ? 0.95 : 1);
      },
    },
    {
      request: "POST http://api.paymentprocessor.com/charge",
      from: "payment",
      service: "api.paymentprocessor.com",
      also: ({ trace }) => {
        assert.ok(trace.some(({ object }) => object === "Gateway ecommerce/ecommerce-egress"));
      },
    },
  ],
  bookinfo: [
    { request: "GET https://bookinfo.example.com/productpage", service: "productpage", answered: "v1 1" },
    { request: "POST https://bookinfo.example.com/productpage", status: 403 },
    {
      request: "GET http://reviews:9080/reviews/0",
      headers: ["end-user: jason"],
      from: "productpage",
      service: "reviews",
      answered: "v3 1",
    },
    {
      request: "GET http://reviews:9080/reviews/0",
      from: "productpage",
      service: "reviews",
      answered: "v1 0.9, v2 0.1",
      also: ({ timeout, retries, ...explanation }) => {
        assert.deepEqual([timeout, retries?.attempts, retries?.perTryTimeout], ["10s", 3, "2s"]);
        assert.ok(kindsOf({ timeout, retries, ...explanation }).includes("connectionPool"));
      },
    },
    { request: "GET http://ratings:9080/ratings/0", from: "reviews:v3", service: "ratings", answered: "v1 1" },
  ],
  "cloud-native": [
    { request: "GET https://app.example.com/health", service: "frontend", answered: "v1 1" },
    { request: "GET https://app.example.com/", service: "frontend", answered: "v1 1" },
    {
      request: "GET https://app.example.com/",
      headers: ["Cookie: experiment=version-b"],
      service: "frontend",
      answered: "v2 1",
    },
    {
      request: "GET https://app.example.com/",
      headers: ["x-user-tier: premium"],
      service: "frontend",
      answered: "v2 1",
    },
    {
      request: "GET https://app.example.com/api/v1/products",
      headers: ["x-user-id: user-123"],
      service: "api-gateway",
      answered: "v1 0.9, v2 0.1",
      also: (explanation) => {
        assert.ok(kindsOf(explanation).includes("localRateLimit"));
      },
    },
    {
      request: "GET http://product:8080/products",
      from: "api-gateway",
      service: "product",
      answered: "v1 1",
      also: ({ mirror }, stack) => {
        assert.deepEqual(mirror, stack === "dev" ? [{ service: "product", version: "v2", percent: 10 }] : []);
      },
    },
    { request: "GET http://user:8080/health", from: "api-gateway", service: "user", answered: "v1 1" },
    // Nobody said that payment calls user.
    {
      request: "GET http://user:8080/health",
      from: "payment",
      also: ({ answers, status }) => {
        assert.deepEqual([answers, [403, 502, 503].includes(status ?? 0)], [[], true]);
      },
    },
  ],
  enterprise: [
    {
      request: "POST https://payments.ecommerce.com/api/payments",
      service: "payment",
      answered: "stable 0.95, canary 0.05",
      also: ({ timeout, retries, delay }, stack) => {
        assert.deepEqual([timeout, retries?.attempts, retries?.perTryTimeout], ["5s", 3, "2s"]);
        assert.deepEqual(delay, stack === "dev" ? { probability: 0.001, delay: "5s" } : null);
      },
    },
    {
      request: "POST https://api.ecommerce.com/api/payments",
      headers: ["x-canary-user: true"],
      service: "payment",
      answered: "canary 1",
    },
    {
      request: "POST http://payment:8080/api/v1/process-payment",
      from: "order",
      service: "payment",
      answered: "stable 1",
    },
    { request: "GET http://payment:8080/api/v1/process-payment", from: "order", status: 403 },
  ],
  "frontend-backend": [
    { request: "GET https://frontend.example.com/", service: "frontend", answered: "v1 1" },
    { request: "GET http://backend/", from: "frontend", service: "backend", answered: "v1 0.9, v2 0.1" },
  ],
};

for (const stack of ["dev", "prod"] as const) {
  for (const [catalog, examples] of Object.entries(WALK_THROUGHS)) {
    describe(`the walk-through of ${catalog} on ${stack}`, () => {
      const world = worldOf(readStackFile(PROJECT_DIRECTORY, stack, catalog));

      for (const { request, headers = [], from, answered, service, status, also } of examples) {
        const sender = [...(from === undefined ? [] : [`from ${from}`]), ...headers].join(", ");
        it(`${request}${sender === "" ? "" : ` (${sender})`}: ${answered ?? status ?? service ?? "refused"}`, () => {
          const explanation = ask(world, request, headers, from);
          if (service !== undefined) {
            assert.deepEqual([...new Set(explanation.answers.map((answer) => answer.service))], [service]);
          }
          if (answered !== undefined) {
            assert.equal(split(explanation), answered);
          }
          if (status !== undefined) {
            assert.deepEqual([explanation.answers, explanation.status], [[], status]);
          }
          also?.(explanation, stack);
        });
      }
    });
  }

  describe(`the phases of the canary in cloud-native on ${stack}`, () => {
    const { config, catalog } = readStackFile(PROJECT_DIRECTORY, stack, "cloud-native");
    const gateway = catalog.services["api-gateway"];
    for (const [index, share] of [10, 25, 50, 75, 100].entries()) {
      it(`${index + 1}: ${share} % for v2`, () => {
        assert.ok(gateway?.canary !== undefined);
        const canary = { ...gateway.canary, phase: index + 1 };
        const services = { ...catalog.services, "api-gateway": { ...gateway, canary } };
        const world = worldOf({ config, catalog: { ...catalog, services } });
        const { answers } = ask(world, "GET https://app.example.com/api/v1/products");
        assert.equal(answers.find(({ version }) => version === "v2")?.probability, share / 100);
        assert.equal(answers.find(({ version }) => version === "v1")?.probability ?? 0, (100 - share) / 100);
      });
    }
  });
}
