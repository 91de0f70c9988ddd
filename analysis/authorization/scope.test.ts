import assert from "node:assert/strict";
import { sidecars } from "../../mesh/features/workloads/sidecars.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";

function hosts(stack: StackData): Record<string, readonly string[]> {
  return Object.fromEntries(
    sidecars(stack).map(({ metadata, spec }) => {
      assert.deepEqual(spec.workloadSelector, { labels: { app: metadata.name } });
      return [metadata.name, spec.egress?.[0]?.hosts ?? []];
    }),
  );
}

const COLLECTOR = "observability/opentelemetry-collector.observability.svc.cluster.local";

describe("what each proxy is told about", () => {
  it("is what its service calls, and where its spans go", () => {
    assert.deepEqual(hosts(stackData()), {
      product: [COLLECTOR],
      cart: ["./product.ecommerce.svc.cluster.local", COLLECTOR],
      order: ["cart", "payment", "user"].map((name) => `./${name}.ecommerce.svc.cluster.local`).concat(COLLECTOR),
      user: [COLLECTOR],
      payment: [COLLECTOR],
    });
  });

  it("is what lies outside where it is called, and the gateway on the way there", () => {
    const externalServices = {
      bank: { host: "bank.example.org" },
      mail: { host: "mail.example.org", egressGateway: false },
    };
    const services = { payment: { externalCalls: ["bank"] }, order: { externalCalls: ["mail"] } };
    const scope = hosts(stackData({}, { externalServices, services }));
    const gateway = "istio-egress/istio-egressgateway.istio-egress.svc.cluster.local";
    assert.deepEqual(scope["payment"], ["./bank.example.org", gateway, COLLECTOR]);
    assert.ok(scope["order"]?.includes("./mail.example.org") && !scope["order"].includes(gateway));
    assert.deepEqual(scope["user"], [COLLECTOR]);
  });

  it("is nothing where there is nothing: a Sidecar without hosts would mean all of them", () => {
    assert.deepEqual(
      hosts(stackData({ observability: { collector: { enabled: false }, jaeger: { enabled: false } } }))["user"],
      ["~/*"],
    );
  });

  it("is the authorizer too where it is asked, and a collector outside of the cluster", () => {
    const stack = stackData({
      security: { externalAuthorization: { host: "opa.opa.svc.cluster.local", port: 9191, services: ["user"] } },
      observability: { collector: { enabled: false }, jaeger: { address: "https://otlp.example.com" } },
    });
    assert.deepEqual(hosts(stack)["user"], ["opa/opa.opa.svc.cluster.local", "*/otlp.example.com"]);
    assert.deepEqual(hosts(stack)["payment"], ["*/otlp.example.com"]);
  });
});
