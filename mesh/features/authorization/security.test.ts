import assert from "node:assert/strict";
import { allowPolicies, denyAll } from "./authorization-policies.ts";
import { peerAuthentication } from "./peer-authentication.ts";
import { applicationNamespace, platformNamespaces } from "../workloads/namespaces.ts";
import type { StackData } from "../../stack/stack.ts";
import { stackData } from "../../../tests/support/stack-data.ts";

const shop = stackData();
const INGRESS = "cluster.local/ns/istio-ingress/sa/istio-ingressgateway";

/** Every permission as `caller -> service: methods paths`. */
function permissions(stack: StackData): string[] {
  return allowPolicies(stack).flatMap(({ spec }) =>
    (spec.rules ?? []).map(({ from, to }) => {
      const caller = from?.[0]?.source?.principals?.join() ?? "anybody";
      const { methods, paths } = to?.[0]?.operation ?? {};
      return `${caller} -> ${spec.selector?.matchLabels?.["app"] ?? "all"}: ${methods?.join() ?? "*"} ${paths?.join() ?? "*"}`;
    }),
  );
}

describe("security", () => {
  it("takes only mutual TLS, in the whole mesh", () => {
    const { metadata, spec } = peerAuthentication(shop);
    assert.deepEqual([metadata.namespace, spec], ["istio-system", { mtls: { mode: "STRICT" } }]);
  });

  it("refuses everything in the application's namespace that nothing allows", () => {
    const { metadata, spec } = denyAll(shop);
    // No selector: all workloads. No rules: nothing matches, so nothing is allowed.
    assert.deepEqual([metadata.namespace, spec], ["ecommerce", {}]);
  });

  it("allows the calls of the call graph and health checks, and nothing else", () => {
    const sa = (service: string) => `cluster.local/ns/ecommerce/sa/${service}`;
    assert.deepEqual(permissions(shop), [
      `${sa("cart")} -> product: GET /products,/products/*`,
      `${sa("order")} -> cart: GET,POST /cart,/cart/*`,
      `${sa("order")} -> payment: POST /api/v1/process-payment,/api/v1/process-payment/*`,
      `${sa("order")} -> user: GET,POST /users,/users/*`,
      `${INGRESS} -> product: * /products,/products/*`,
      `${INGRESS} -> cart: * /cart,/cart/*`,
      `${INGRESS} -> order: * /orders,/orders/*`,
      `${INGRESS} -> user: * /users,/users/*`,
      ...["product", "cart", "order", "user", "payment"].map((name) => `${INGRESS} -> ${name}: GET /health,/ready`),
    ]);
  });

  it("narrows what the gateway may ask for where the route declares it", () => {
    const stack = stackData(
      {},
      {
        services: { user: { routes: [{ prefix: "/users", allow: { methods: ["GET"], paths: ["/users/profile"] } }] } },
      },
    );
    assert.ok(permissions(stack).includes(`${INGRESS} -> user: GET /users/profile`));
    assert.ok(!permissions(stack).some((line) => line.startsWith(INGRESS) && line.includes("-> user: *")));
  });

  it("keeps all routes of the gateway to one service in one policy", () => {
    const routes = [{ prefix: "/users" }, { prefix: "/profiles", allow: { methods: ["GET"] } }];
    const names = allowPolicies(stackData({}, { services: { user: { routes } } })).map(({ metadata }) => metadata.name);
    assert.equal(names.filter((name) => name === "user-from-ingress-gateway").length, 1);
    assert.equal(new Set(names).size, names.length);
  });

  it("names callers by the mesh's trust domain", () => {
    const other = permissions(stackData({ mesh: { trustDomain: "shop.example" } }));
    assert.ok(other.every((line) => line.startsWith("shop.example/ns/")));
  });

  it("injects sidecars into the application's namespace only", () => {
    const injected = [applicationNamespace(shop), ...platformNamespaces(shop)].filter(
      ({ metadata }) => metadata.labels?.["istio-injection"] === "enabled",
    );
    assert.deepEqual(
      injected.map(({ metadata }) => metadata.name),
      ["ecommerce"],
    );
  });
});
