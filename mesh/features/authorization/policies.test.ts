import assert from "node:assert/strict";
import { allowPolicies } from "./authorization-policies.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import type { InboundRequest } from "../../../analysis/authorization/request.ts";
import { customPolicies } from "./external-authorization.ts";
import { servicePeerAuthentications } from "./peer-authentication.ts";
import { requestAuthentications } from "./request-authentication.ts";
import { meshConfig } from "../control-plane/mesh-config.ts";
import { stackObjects } from "../../inventory.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { readStackFile } from "../../load/load.ts";
import { stackData } from "../../../tests/support/stack-data.ts";
import { PROJECT_DIRECTORY, STACKS } from "../../../tests/support/stacks.ts";

const INGRESS = "cluster.local/ns/istio-ingress/sa/istio-ingressgateway";
const ISSUER = "https://auth.example.com";
const JWT = { rules: [{ issuer: ISSUER, jwksUri: `${ISSUER}/.well-known/jwks.json` }] };

/** Whether the policies of a stack let a request to a service pass. */
function passes(stack: StackData, service: string, request: Partial<InboundRequest>): boolean {
  const policies = stackObjects(stack, "test").filter(
    (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
  );
  return authorize(
    { policies, rootNamespace: "istio-system", trustDomains: [stack.config.mesh.trustDomain] },
    { namespace: stack.catalog.namespace, labels: { app: service } },
    { method: "GET", path: "/", port: 8080, ...request },
  ).allowed;
}

function user(change: object): StackData {
  return stackData({}, { services: { user: change } });
}

describe("tokens of end users", () => {
  it("are wanted for every route of a service that knows issuers: none is refused, not only a bad one", () => {
    const stack = user({ jwt: JWT });
    const request = { principal: INGRESS, path: "/users/profile" };
    assert.equal(passes(stack, "user", request), false);
    assert.equal(passes(stack, "user", { ...request, claims: { iss: ISSUER, sub: "jo" } }), true);
    // Probes and callers inside of the mesh have none.
    assert.equal(passes(stack, "user", { principal: INGRESS, path: "/health" }), true);
    assert.equal(passes(stack, "user", { principal: "cluster.local/ns/ecommerce/sa/order", path: "/users" }), true);
  });

  it("are wanted for some requests where the route asks for it, and a path written otherwise opens nothing", () => {
    const allow = [
      { methods: ["POST"], paths: ["/users"], token: "none" },
      { methods: ["GET"], paths: ["/users/profile"] },
    ];
    const stack = user({ jwt: JWT, routes: [{ prefix: "/users", allow }] });
    const request = { principal: INGRESS };
    assert.equal(passes(stack, "user", { ...request, method: "POST", path: "/users" }), true);
    for (const path of ["/users/profile", "/users//profile", "/users/./profile", "/USERS/profile"]) {
      assert.equal(passes(stack, "user", { ...request, path }), false, path);
    }
    assert.equal(
      passes(stack, "user", { ...request, path: "/users/profile", claims: { iss: ISSUER, sub: "jo" } }),
      true,
    );
  });

  it("open by subject and claim: the admin everything, customers and merchants to read and to order", () => {
    const allow = [
      { token: { principals: [`${ISSUER}/admin`] } },
      {
        methods: ["GET", "POST"],
        token: { principals: [`${ISSUER}/user`], claims: { role: ["customer", "merchant"] } },
      },
    ];
    const stack = user({ jwt: JWT, routes: [{ prefix: "/users", allow }] });
    const ask = (method: string, claims: Record<string, unknown>) =>
      passes(stack, "user", { principal: INGRESS, method, path: "/users", claims: { iss: ISSUER, ...claims } });
    assert.equal(ask("DELETE", { sub: "admin" }), true);
    assert.equal(ask("POST", { sub: "user", role: "merchant" }), true);
    assert.equal(ask("DELETE", { sub: "user", role: "merchant" }), false);
    assert.equal(ask("GET", { sub: "user", role: "guest" }), false);
    assert.equal(ask("GET", { sub: "user" }), false);
  });

  it("may be asked for by a nested claim", () => {
    const stack = user({
      jwt: JWT,
      routes: [{ prefix: "/users", allow: { token: { claims: { "realm.roles": ["a"] } } } }],
    });
    const keys = allowPolicies(stack).flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ when }) => when ?? []));
    assert.deepEqual(keys, [{ key: "request.auth.claims[realm][roles]", values: ["a"] }]);
  });

  it("are taken from where the catalog lists, and handed on as it asks", () => {
    const rule = {
      ...JWT.rules[0],
      audiences: ["payment-api", "ecommerce-api"],
      forwardOriginalToken: true,
      fromHeaders: [{ name: "x-token", prefix: "Bearer " }],
      fromCookies: ["session"],
      outputClaimToHeaders: [{ header: "x-user", claim: "sub" }],
    };
    const [object, ...others] = requestAuthentications(user({ jwt: { rules: [rule] } }));
    assert.deepEqual(others, []);
    assert.deepEqual(object?.spec, { selector: { matchLabels: { app: "user" } }, jwtRules: [rule] });
    assert.deepEqual(requestAuthentications(user({ jwt: JWT }))[0]?.spec.jwtRules, JWT.rules);
    assert.deepEqual(requestAuthentications(stackData()), []);
  });
});

describe("callers that are in no catalog", () => {
  it("are let in by namespace for what they may see, and nothing more", () => {
    const access = {
      viewer: { from: { namespaces: ["istio-system"] }, methods: ["GET"], paths: ["/static/*", "/api/v1/*"] },
    };
    const stack = user({ access });
    const principal = "cluster.local/ns/istio-system/sa/kiali";
    assert.equal(passes(stack, "user", { principal, path: "/static/x" }), true);
    assert.equal(passes(stack, "user", { principal, path: "/static/x", method: "POST" }), false);
    assert.equal(passes(stack, "user", { principal, path: "/users" }), false);
    assert.equal(passes(stack, "user", { principal: "cluster.local/ns/other/sa/kiali", path: "/static/x" }), false);
    assert.ok(allowPolicies(stack).some(({ metadata }) => metadata.name === "user-from-viewer"));
  });

  it("are let in by identity and host", () => {
    const principals = ["cluster.local/ns/batch/sa/report"];
    const stack = user({
      access: { report: { from: { principals }, paths: ["/users"], hosts: ["user.example.com"] } },
    });
    const request = { principal: principals[0] ?? "", path: "/users" };
    assert.equal(passes(stack, "user", { ...request, host: "user.example.com" }), true);
    assert.equal(passes(stack, "user", { ...request, host: "other.example.com" }), false);
  });

  it("are let in by address on a port of plain text, and the arrows stay on the service's own port", () => {
    const stack = user({
      extraPorts: { "http-metrics": 9090 },
      mtls: { ports: { "9090": "DISABLE" } },
      access: { scraper: { from: { addresses: ["10.0.0.0/16"] }, port: 9090, paths: ["/metrics"], methods: ["GET"] } },
    });
    assert.equal(passes(stack, "user", { path: "/metrics", port: 9090, sourceIp: "10.0.1.2" }), true);
    assert.equal(passes(stack, "user", { path: "/metrics", port: 8080, sourceIp: "10.0.1.2" }), false);
    assert.equal(passes(stack, "user", { path: "/metrics", port: 9090, sourceIp: "11.0.1.2" }), false);
    assert.equal(passes(stack, "user", { principal: INGRESS, path: "/users", port: 9090 }), false);
    assert.equal(passes(stack, "user", { principal: INGRESS, path: "/users", port: 8080 }), true);
  });
});

describe("ISTIO-SECURITY-2026-007: a method in another case", () => {
  const policies = STACKS.flatMap((stack) =>
    stackObjects(readStackFile(PROJECT_DIRECTORY, stack), "test").filter(
      (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
    ),
  );

  it("opens nothing, because methods only ever stand in what allows", () => {
    assert.ok(policies.length > 40);
    for (const { metadata, spec } of policies) {
      const operations = (spec.rules ?? []).flatMap(({ to }) => (to ?? []).map(({ operation }) => operation ?? {}));
      for (const operation of operations) {
        assert.equal(operation.notMethods, undefined, metadata.name);
        assert.ok(operation.methods === undefined || spec.action === "ALLOW", metadata.name);
      }
    }
  });

  it("is refused where the method itself is not allowed, and where it is", () => {
    const principal = "cluster.local/ns/ecommerce/sa/cart";
    const ask = (method: string) => passes(stackData(), "product", { principal, method, path: "/products" });
    assert.deepEqual(["GET", "get", "DELETE", "delete"].map(ask), [true, false, false, false]);
  });
});

describe("an external authorizer", () => {
  const externalAuthorization = { host: "opa.opa.svc.cluster.local", port: 9191, services: ["payment"] };

  it("is asked about all but the probes, and only narrows", () => {
    const [policy, ...others] = customPolicies(stackData({ security: { externalAuthorization } }));
    assert.deepEqual(others, []);
    assert.deepEqual(policy?.spec, {
      selector: { matchLabels: { app: "payment" } },
      action: "CUSTOM",
      provider: { name: "external-authorizer" },
      rules: [{ to: [{ operation: { notPaths: ["/health", "/ready"] } }] }],
    });
    assert.equal(passes(stackData({ security: { externalAuthorization } }), "payment", { principal: INGRESS }), false);
  });

  it("is made known to the proxies", () => {
    const providers = (change: object) => {
      const stack = stackData({ security: { externalAuthorization: { ...externalAuthorization, ...change } } });
      return (meshConfig(stack)["extensionProviders"] as { name: string }[]).filter(
        ({ name }) => name === "external-authorizer",
      );
    };
    const common = { service: externalAuthorization.host, port: 9191, timeout: "1s", failOpen: false };
    assert.deepEqual(providers({}), [{ name: "external-authorizer", envoyExtAuthzGrpc: common }]);
    assert.deepEqual(providers({ protocol: "http", timeout: "2s" }), [
      {
        name: "external-authorizer",
        envoyExtAuthzHttp: { ...common, timeout: "2s", includeRequestHeadersInCheck: ["authorization"] },
      },
    ]);
  });
});

describe("mutual TLS of single services", () => {
  it("is the mesh's where nothing is set", () => {
    assert.deepEqual(servicePeerAuthentications(stackData()), []);
  });

  it("is the mode of the catalog, and PERMISSIVE while a service migrates", () => {
    const stack = stackData(
      { security: { migration: [{ service: "cart", plainTextFrom: ["10.9.0.0/16"] }] } },
      {
        services: {
          user: { mtls: { mode: "PERMISSIVE" } },
          order: { extraPorts: { m: 9090 }, mtls: { ports: { "9090": "DISABLE" } } },
        },
      },
    );
    assert.deepEqual(
      servicePeerAuthentications(stack).map(({ spec }) => spec),
      [
        { selector: { matchLabels: { app: "cart" } }, mtls: { mode: "PERMISSIVE" } },
        { selector: { matchLabels: { app: "order" } }, portLevelMtls: { "9090": { mode: "DISABLE" } } },
        { selector: { matchLabels: { app: "user" } }, mtls: { mode: "PERMISSIVE" } },
      ],
    );
  });

  it("lets plain text into a migrating service from the named networks, and holds certificates to the arrows", () => {
    const stack = stackData({ security: { migration: [{ service: "cart", plainTextFrom: ["10.9.0.0/16"] }] } });
    assert.equal(passes(stack, "cart", { sourceIp: "10.9.1.1", path: "/cart" }), true);
    assert.equal(passes(stack, "cart", { sourceIp: "10.8.1.1", path: "/cart" }), false);
    assert.equal(passes(stack, "user", { sourceIp: "10.9.1.1", path: "/users" }), false);
    const principal = "cluster.local/ns/ecommerce/sa/product";
    assert.equal(passes(stack, "cart", { sourceIp: "10.9.1.1", principal, path: "/cart" }), false);
  });
});
