import assert from "node:assert/strict";
import type { TelemetryObject } from "../../kubernetes/objects.ts";
import { healthCheckFilter } from "./telemetry/access-log-filter.ts";
import { extraStatTags, meshTelemetry, serviceTelemetries } from "./telemetry/telemetry.ts";
import { stackReleases } from "../../inventory.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

const BUSINESS = {
  services: {
    payment: {
      telemetry: {
        samplingPercent: 50,
        customTags: { payment_method: { header: "x-payment-method", default: "unknown" } },
        accessLogs: "all",
        metrics: [
          {
            metric: "REQUEST_COUNT",
            reporter: "SERVER",
            set: {
              payment_method: "request.headers['x-payment-method'] | 'unknown'",
              merchant_id: "request.headers['x-merchant-id'] | 'unknown'",
            },
            remove: ["grpc_response_status"],
          },
        ],
      },
    },
  },
};

function only<T>(items: readonly T[]): T {
  const [first, ...others] = items;
  assert.ok(first !== undefined && others.length === 0);
  return first;
}

function tracingOf(object: TelemetryObject) {
  return only(object.spec.tracing ?? []);
}

describe("telemetry of the mesh", () => {
  const mesh = meshTelemetry(stackData());

  it("is one object in the root namespace that holds for every proxy", () => {
    assert.deepEqual([mesh.metadata.name, mesh.metadata.namespace], ["mesh-default", "istio-system"]);
    assert.equal(mesh.apiVersion, "telemetry.istio.io/v1");
    assert.equal("selector" in mesh.spec, false);
  });

  it("traces 1 % by default, with the tags user_id and request_id from their headers", () => {
    assert.deepEqual(tracingOf(mesh), {
      providers: [{ name: "otlp-tracing" }],
      randomSamplingPercentage: 1,
      customTags: { user_id: { header: { name: "x-user-id" } }, request_id: { header: { name: "x-request-id" } } },
    });
    const dev = meshTelemetry(stackData({ observability: { tracing: { samplingPercent: 100 } } }));
    assert.equal(tracingOf(dev).randomSamplingPercentage, 100);
  });

  it("counts requests by response code on both sides", () => {
    assert.deepEqual(mesh.spec.metrics, [
      {
        providers: [{ name: "prometheus" }],
        overrides: [
          {
            match: { metric: "REQUEST_COUNT", mode: "CLIENT_AND_SERVER" },
            tagOverrides: { response_code: { operation: "UPSERT", value: "response.code" } },
          },
        ],
      },
    ]);
  });

  it("leaves well answered health checks out of the access logs, and nothing else", () => {
    const { filter } = only(mesh.spec.accessLogging ?? []);
    assert.equal(
      filter?.expression,
      "!has(request.url_path) || !has(response.code) || response.code < 100 || response.code >= 400 || !(request.url_path in ['/health', '/ready'])",
    );
    const noFilter = meshTelemetry(stackData({ observability: { accessLogs: { mode: "all" } } }));
    assert.deepEqual(noFilter.spec.accessLogging, [{ providers: [{ name: "envoy" }] }]);
    const none = meshTelemetry(stackData({ observability: { accessLogs: { mode: "none" } } }));
    assert.deepEqual(none.spec.accessLogging, [{ providers: [{ name: "envoy" }], disabled: true }]);
    const own = meshTelemetry(stackData({ observability: { accessLogs: { filter: "response.code >= 500" } } }));
    assert.equal(only(own.spec.accessLogging ?? []).filter?.expression, "response.code >= 500");
  });

  it("writes no expression without paths, and quotes them", () => {
    assert.equal(healthCheckFilter([]), undefined);
    assert.match(healthCheckFilter(["/it's"]) ?? "", /in \['\/it\\'s'\]/);
  });

  it("has nothing about traces where nothing takes them", () => {
    const stack = stackData({ observability: { jaeger: { enabled: false } } });
    assert.equal(meshTelemetry(stack).spec.tracing, undefined);
  });
});

describe("telemetry of a service", () => {
  const stack = stackData({}, BUSINESS);

  it("is there only for services that differ", () => {
    assert.deepEqual(serviceTelemetries(stackData()), []);
    assert.deepEqual(
      serviceTelemetries(stack).map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
      ["ecommerce/payment"],
    );
  });

  it("keeps the mesh's tags beside its own, because its field replaces the mesh's", () => {
    const object = only(serviceTelemetries(stack));
    assert.deepEqual(object.spec.selector, { matchLabels: { app: "payment" } });
    assert.equal(tracingOf(object).randomSamplingPercentage, 50);
    assert.deepEqual(tracingOf(object).customTags, {
      user_id: { header: { name: "x-user-id" } },
      request_id: { header: { name: "x-request-id" } },
      payment_method: { header: { name: "x-payment-method", defaultValue: "unknown" } },
    });
    assert.deepEqual(object.spec.accessLogging, [{ providers: [{ name: "envoy" }] }]);
  });

  it("adds labels to its metrics, takes others away, and names the new ones in the mesh configuration", () => {
    const overrides = only(only(serviceTelemetries(stack)).spec.metrics ?? []).overrides ?? [];
    assert.deepEqual(Object.keys(overrides[0]?.tagOverrides ?? {}), [
      "payment_method",
      "merchant_id",
      "grpc_response_status",
    ]);
    assert.deepEqual(extraStatTags(stack), ["merchant_id", "payment_method"]);
    assert.deepEqual(extraStatTags(stackData()), []);
    const istiod = stackReleases(stack, "x").find(({ name }) => name === "istiod");
    assert.match(JSON.stringify(istiod?.values), /"extraStatTags":\["merchant_id","payment_method"\]/);
  });
});
