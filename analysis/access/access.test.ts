import assert from "node:assert/strict";
import { accessChanges } from "./diff.ts";
import { accessMatrix, type AccessEdge } from "./matrix.ts";
import type { AuthorizationPolicyObject, KubernetesObject } from "../../mesh/kubernetes/objects.ts";
import { stackObjects, stackReleases } from "../../mesh/inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import { stackData } from "../../tests/support/stack-data.ts";

function matrix(stack: StackData, more: KubernetesObject[] = [], without?: string): AccessEdge[] {
  const objects = stackObjects(stack, "test").filter(({ kind, metadata }) => `${kind} ${metadata.name}` !== without);
  return accessMatrix({
    objects: [...objects, ...more],
    releases: stackReleases(stack, "test"),
    trustDomain: stack.config.mesh.trustDomain,
  });
}

function pair(edges: readonly AccessEdge[], from: string, to: string): AccessEdge {
  const edge = edges.find((candidate) => candidate.from === from && candidate.to === to);
  assert.ok(edge !== undefined);
  return edge;
}

function policy(
  name: string,
  spec: AuthorizationPolicyObject["spec"],
  namespace = "ecommerce",
): AuthorizationPolicyObject {
  return { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata: { name, namespace }, spec };
}

const shop = stackData();

describe("the access matrix", () => {
  it("names methods, paths and the objects that let pass", () => {
    assert.deepEqual(pair(matrix(shop), "order", "payment"), {
      from: "order",
      to: "payment",
      allowed: true,
      methods: ["POST"],
      paths: ["/api/v1/process-payment", "/api/v1/process-payment/*"],
      by: [
        "AuthorizationPolicy ecommerce/payment-from-order",
        "NetworkPolicy ecommerce/order",
        "NetworkPolicy ecommerce/payment",
      ],
      grants: [
        {
          methods: ["POST"],
          paths: ["/api/v1/process-payment", "/api/v1/process-payment/*"],
          by: "AuthorizationPolicy ecommerce/payment-from-order",
          conditions: [],
        },
      ],
    });
  });

  it("is made from the objects: it can disagree with the catalog", () => {
    const opened = matrix(shop, [policy("oops", { rules: [{}] })]);
    assert.equal(pair(opened, "order", "payment").grants.length, 2);
    assert.equal(pair(matrix(shop, [], "AuthorizationPolicy payment-from-order"), "order", "payment").allowed, false);
    const cut = pair(matrix(shop, [], "NetworkPolicy payment"), "order", "payment");
    assert.deepEqual(
      [cut.allowed, cut.by],
      [false, ["NetworkPolicy ecommerce/deny-all", "NetworkPolicy ecommerce/sidecars"]],
    );
    // Without deny-all a service's own allows still close it: ALLOW refuses what none of them names.
    assert.equal(pair(matrix(shop, [], "AuthorizationPolicy deny-all"), "cart", "payment").allowed, false);
  });

  it("takes away what DENY refuses, whole or as a condition", () => {
    const deny = (paths: string[]) => policy("no", { action: "DENY", rules: [{ to: [{ operation: { paths } }] }] });
    const whole = pair(matrix(shop, [deny(["/api/*"])]), "order", "payment");
    assert.deepEqual([whole.allowed, whole.by], [false, ["AuthorizationPolicy ecommerce/no"]]);
    const part = pair(matrix(shop, [deny(["/api/v1/process-payment/refund"])]), "order", "payment");
    assert.deepEqual(part.grants[0]?.conditions, ["not what AuthorizationPolicy ecommerce/no refuses"]);
    assert.deepEqual(pair(matrix(shop, [deny(["/other*"])]), "order", "payment").grants[0]?.conditions, []);
    const everywhere = policy(
      "mesh",
      { action: "DENY", rules: [{ from: [{ source: { namespaces: ["ecommerce"] } }] }] },
      "istio-system",
    );
    const closed = matrix(shop, [everywhere]);
    assert.equal(pair(closed, "order", "payment").allowed, false);
    assert.equal(pair(closed, "istio-ingressgateway", "cart").allowed, true);
  });

  it("says what else must hold: tokens, hosts, addresses, an authorizer", () => {
    const rules = [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }];
    const stack = stackData(
      { security: { externalAuthorization: { host: "opa.opa.svc", port: 9191, services: ["user"] } } },
      {
        services: {
          user: { jwt: { rules }, routes: [{ prefix: "/users", allow: { token: { claims: { role: ["admin"] } } } }] },
        },
      },
    );
    assert.deepEqual(pair(matrix(stack), "istio-ingressgateway", "user").grants[0]?.conditions, [
      "token *",
      "request.auth.claims[role] admin",
      "the authorizer of AuthorizationPolicy ecommerce/user-external-authorization agrees",
    ]);
  });

  it("shows plain text where a service takes it", () => {
    const stack = stackData({ security: { migration: [{ service: "cart", plainTextFrom: ["10.30.64.0/19"] }] } });
    const edge = pair(matrix(stack), "outside", "cart");
    assert.deepEqual([edge.allowed, edge.grants[0]?.conditions], [true, ["address 10.30.64.0/19"]]);
    assert.equal(pair(matrix(stack), "outside", "user").allowed, false);
  });

  it("has callers of other namespaces that a policy lets in", () => {
    const access = {
      viewer: { from: { namespaces: ["istio-system"] }, methods: ["GET"], paths: ["/static/*"] },
      report: { from: { principals: ["cluster.local/ns/batch/sa/report"] }, paths: ["/report"] },
    };
    const edges = matrix(stackData({}, { services: { user: { access } } }));
    const [viewer, report] = [pair(edges, "istio-system/*", "user"), pair(edges, "batch/report", "user")];
    assert.deepEqual(
      [viewer.allowed, viewer.paths, report.allowed, report.paths],
      [true, ["/static/*"], true, ["/report"]],
    );
    assert.equal(pair(edges, "batch/report", "cart").allowed, false);
    assert.ok(!edges.some(({ to }) => to === "batch/report"));
  });

  it("tells versions with accounts of their own apart", () => {
    const objects = stackObjects(shop, "test").map((object) =>
      object.kind === "Deployment" && object.metadata.name === "product-v2"
        ? {
            ...object,
            spec: {
              ...object.spec,
              template: {
                ...object.spec.template,
                spec: { ...object.spec.template.spec, serviceAccountName: "other" },
              },
            },
          }
        : object,
    );
    const names = new Set(
      accessMatrix({ objects, releases: [], trustDomain: "cluster.local" }).map(({ from }) => from),
    );
    assert.ok(names.has("product@v1") && names.has("product@v2") && !names.has("product"));
  });
});

describe("what a change opens and closes", () => {
  const call = (methods: string[]) => ({
    services: { cart: { calls: [{ to: "product", methods, paths: ["/products"] }] } },
  });

  it("is nothing between equals", () => {
    assert.deepEqual(accessChanges(matrix(shop), matrix(shop)), []);
  });

  it("is what passes now and did not, and the other way round", () => {
    const before = matrix(stackData({}, call(["GET"])));
    const after = matrix(stackData({}, call(["GET", "POST"])));
    const [change, ...others] = accessChanges(before, after);
    assert.deepEqual(others, []);
    assert.ok(change !== undefined);
    assert.deepEqual([change.from, change.to], ["cart", "product"]);
    assert.deepEqual(
      change.opened.map(({ methods }) => methods),
      [["GET", "POST"]],
    );
    assert.deepEqual(
      change.closed.map(({ methods }) => methods),
      [["GET"]],
    );
  });

  it("opens all of a stack that is new", () => {
    const changes = accessChanges([], matrix(shop));
    assert.equal(changes.length, matrix(shop).filter(({ allowed }) => allowed).length);
    assert.ok(changes.every(({ closed }) => closed.length === 0));
  });
});
