import assert from "node:assert/strict";
import { authorize, type AuthorizationWorld, type Decision } from "./authorize.ts";
import type { InboundRequest } from "./request.ts";
import type { AuthorizationPolicyObject } from "../../mesh/kubernetes/objects.ts";

type Spec = AuthorizationPolicyObject["spec"];
type Rule = NonNullable<Spec["rules"]>[number];

const WEB = { namespace: "shop", labels: { app: "web" } };
const CART = "cluster.local/ns/shop/sa/cart";
const GET: InboundRequest = { principal: CART, method: "GET", path: "/", host: "web", port: 8080 };

function policy(name: string, spec: Spec, namespace = "shop", annotations: Record<string, string> = {}) {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name, namespace, annotations },
    spec,
  } as const satisfies AuthorizationPolicyObject;
}

function world(...policies: AuthorizationPolicyObject[]): AuthorizationWorld {
  return { policies, rootNamespace: "istio-system", trustDomains: ["cluster.local"] };
}

function decide(policies: AuthorizationPolicyObject[], request: Partial<InboundRequest> = {}): Decision {
  return authorize(world(...policies), WEB, { ...GET, ...request });
}

/** Whether one ALLOW policy with this rule takes the request. */
function allows(rule: Rule, request: Partial<InboundRequest> = {}): boolean {
  return decide([policy("rule", { rules: [rule] })], request).allowed;
}

describe("authorization as Istio decides it", () => {
  it("allows everything where there is no ALLOW policy", () => {
    assert.deepEqual(decide([]), { allowed: true, reason: "no-allow-policy", asks: [] });
    assert.equal(
      decide([policy("deny", { action: "DENY", rules: [{ to: [{ operation: { paths: ["/x"] } }] }] })]).allowed,
      true,
    );
  });

  it("takes an empty ALLOW policy for one that allows nothing, and an empty rule for one that allows everything", () => {
    assert.deepEqual(decide([policy("none", {})]), { allowed: false, reason: "no-allow-matches", asks: [] });
    assert.equal(decide([policy("none", { action: "ALLOW", rules: [] })]).allowed, false);
    assert.deepEqual(decide([policy("none", {}), policy("all", { rules: [{}] })]), {
      allowed: true,
      reason: "allow",
      by: { namespace: "shop", name: "all", rule: 0 },
      asks: [],
    });
  });

  it("takes an empty DENY policy for one that refuses nothing, and an empty rule for one that refuses everything", () => {
    assert.equal(decide([policy("none", { action: "DENY" })]).allowed, true);
    assert.deepEqual(decide([policy("all", { action: "DENY", rules: [{}] }), policy("allow", { rules: [{}] })]), {
      allowed: false,
      reason: "deny",
      by: { namespace: "shop", name: "all", rule: 0 },
      asks: [],
    });
  });

  it("asks an external authorizer first, and only where a CUSTOM rule matches", () => {
    const custom = policy("ask", {
      action: "CUSTOM",
      provider: { name: "opa" },
      rules: [{ to: [{ operation: { paths: ["/admin*"] } }] }],
    });
    const deny = policy("deny", { action: "DENY", rules: [{}] });
    const refuses = authorize(world(custom, deny), WEB, { ...GET, path: "/admin" }, () => false);
    assert.deepEqual([refuses.reason, refuses.by?.name, refuses.asks], ["custom", "ask", ["opa"]]);
    assert.deepEqual(decide([custom], { path: "/admin" }), { allowed: true, reason: "no-allow-policy", asks: ["opa"] });
    assert.deepEqual(decide([custom], { path: "/" }).asks, []);
    assert.equal(decide([custom, deny], { path: "/admin" }).reason, "deny");
  });

  it("looks in the namespace of the workload and in the root namespace, and nowhere else", () => {
    const none = {};
    assert.equal(decide([policy("none", none, "istio-system")]).allowed, false);
    assert.equal(decide([policy("none", none, "other")]).allowed, true);
  });

  it("selects by every label, in the root namespace too", () => {
    const selected = (labels: Record<string, string>, namespace?: string) =>
      !decide([policy("none", { selector: { matchLabels: labels } }, namespace)]).allowed;
    assert.equal(selected({ app: "web" }), true);
    assert.equal(selected({ app: "web", version: "v2" }), false);
    assert.equal(selected({ app: "cart" }), false);
    assert.equal(selected({ app: "web" }, "istio-system"), true);
    assert.equal(selected({}), true);
  });

  it("leaves out AUDIT, dry runs, and policies of waypoints and Gateway API gateways", () => {
    const refuse = { action: "DENY" as const, rules: [{}] };
    assert.equal(decide([policy("audit", { action: "AUDIT", rules: [{}] })]).reason, "no-allow-policy");
    assert.equal(decide([policy("dry", refuse, "shop", { "istio.io/dry-run": "true" })]).allowed, true);
    const targetRefs = [{ kind: "Gateway", name: "waypoint", group: "gateway.networking.k8s.io" }];
    assert.equal(decide([policy("waypoint", { ...refuse, targetRefs })]).allowed, true);
  });

  it("wants a source, an operation and every condition of one rule", () => {
    const rule: Rule = {
      from: [{ source: { principals: [CART] } }, { source: { namespaces: ["ops"] } }],
      to: [{ operation: { methods: ["GET"] } }, { operation: { paths: ["/open"] } }],
      when: [{ key: "request.headers[x-tier]", values: ["gold"] }],
    };
    const headers = { "x-tier": "gold" };
    assert.equal(allows(rule, { headers }), true);
    assert.equal(allows(rule, { headers: {} }), false);
    assert.equal(allows(rule, { headers, method: "POST" }), false);
    assert.equal(allows(rule, { headers, method: "POST", path: "/open" }), true);
    assert.equal(allows(rule, { headers, principal: "cluster.local/ns/ops/sa/admin" }), true);
    assert.equal(allows(rule, { headers, principal: "cluster.local/ns/shop/sa/order" }), false);
  });

  it("knows no caller without a certificate, not even by *; but a negative list takes it", () => {
    const from = (source: NonNullable<NonNullable<Rule["from"]>[number]["source"]>) => ({ from: [{ source }] });
    const plain = { principal: undefined } as unknown as Partial<InboundRequest>;
    assert.equal(allows(from({ principals: ["*"] }), plain), false);
    assert.equal(allows(from({ principals: ["*"] })), true);
    assert.equal(allows(from({ notPrincipals: [CART] }), plain), true);
    assert.equal(allows(from({ notPrincipals: [CART] })), false);
    assert.equal(allows(from({ notNamespaces: ["shop"] })), false);
  });

  it("compares principals whole, by prefix and by suffix, and reads cluster.local as the mesh's own domain", () => {
    const from = (principal: string): Rule => ({ from: [{ source: { principals: [principal] } }] });
    assert.equal(allows(from("cluster.local/ns/shop/*")), true);
    assert.equal(allows(from("*/sa/cart")), true);
    assert.equal(allows(from("cluster.local/ns/shop/sa/car")), false);
    const renamed: AuthorizationWorld = {
      ...world(policy("rule", { rules: [from(CART)] })),
      trustDomains: ["new.example", "old.example"],
    };
    const by = (principal: string) => authorize(renamed, WEB, { ...GET, principal }).allowed;
    assert.equal(by("new.example/ns/shop/sa/cart"), true);
    assert.equal(by("old.example/ns/shop/sa/cart"), true);
    assert.equal(by("evil.example/ns/shop/sa/cart"), false);
    assert.equal(by(CART), false);
    const domain: Rule = { when: [{ key: "source.trustDomain", values: ["new.example"] }] };
    const within = { ...renamed, policies: [policy("rule", { rules: [domain] })] };
    const inDomain = (trustDomain: string) =>
      authorize(within, WEB, { ...GET, principal: `${trustDomain}/ns/shop/sa/cart` }).allowed;
    assert.deepEqual(["new.example", "old.example", "evil.example"].map(inDomain), [true, true, false]);
  });

  it("compares namespaces and service accounts whole, dots and all", () => {
    const by = (source: NonNullable<NonNullable<Rule["from"]>[number]["source"]>, principal: string) =>
      allows({ from: [{ source }] }, { principal });
    assert.equal(by({ namespaces: ["sh*"] }, CART), true);
    assert.equal(by({ namespaces: ["sho"] }, CART), false);
    assert.equal(by({ serviceAccounts: ["cart"] }, CART), true);
    assert.equal(by({ serviceAccounts: ["ops/cart"] }, CART), false);
    // CVE-2026-39350: the dot is a dot.
    assert.equal(by({ serviceAccounts: ["ca.t"] }, CART), false);
  });

  it("matches paths by exact text, prefix, suffix and template", () => {
    const to = (...paths: string[]): Rule => ({ to: [{ operation: { paths } }] });
    assert.equal(allows(to("/products"), { path: "/products/1" }), false);
    assert.equal(allows(to("/products*"), { path: "/products/1" }), true);
    assert.equal(allows(to("*/1"), { path: "/products/1" }), true);
    assert.equal(allows(to("/users/{*}/cart"), { path: "/users/7/cart" }), true);
    assert.equal(allows(to("/users/{*}/cart"), { path: "/users/7/8/cart" }), false);
    assert.equal(allows(to("/users/{**}"), { path: "/users/7/8" }), true);
    assert.equal(allows({ to: [{ operation: { notPaths: ["/admin*"] } }] }, { path: "/admin/x" }), false);
  });

  it("tells methods by case, hosts not", () => {
    assert.equal(allows({ to: [{ operation: { methods: ["GET"] } }] }, { method: "get" }), false);
    assert.equal(allows({ to: [{ operation: { hosts: ["WEB"] } }] }), true);
    assert.equal(allows({ to: [{ operation: { hosts: ["*.example.com"] } }] }, { host: "a.Example.com" }), true);
  });

  it("matches ports and addresses", () => {
    assert.equal(allows({ to: [{ operation: { ports: ["8080"] } }] }), true);
    assert.equal(allows({ to: [{ operation: { notPorts: ["8080"] } }] }), false);
    const from: Rule = { from: [{ source: { ipBlocks: ["10.0.0.0/8", "2001:db8::/32"] } }] };
    assert.equal(allows(from, { sourceIp: "10.1.2.3" }), true);
    assert.equal(allows(from, { sourceIp: "2001:db8::1" }), true);
    assert.equal(allows(from, { sourceIp: "11.1.2.3" }), false);
    assert.equal(allows(from), false);
    assert.equal(allows({ when: [{ key: "remote.ip", notValues: ["10.1.2.3"] }] }, { remoteIp: "10.1.2.3" }), false);
  });

  it("wants a verified token where a request principal or a claim is asked for", () => {
    const any: Rule = { from: [{ source: { requestPrincipals: ["*"] } }] };
    const claims = {
      iss: "https://id.example/x",
      sub: "jo",
      role: ["user", "admin"],
      scope: "read write",
      a: { b: "c" },
    };
    assert.equal(allows(any), false);
    assert.equal(allows(any, { claims }), true);
    const by = (pattern: string) => allows({ from: [{ source: { requestPrincipals: [pattern] } }] }, { claims });
    assert.equal(by("https://id.example/x/jo"), true);
    assert.equal(by("https://id.example/x/*"), true);
    assert.equal(by("*/jo"), true);
    assert.equal(by("https://id.example/y/*"), false);
    // The second star is no wildcard.
    assert.equal(by("*/*"), false);
    const when = (key: string, value: string) => allows({ when: [{ key, values: [value] }] }, { claims });
    assert.equal(when("request.auth.claims[role]", "admin"), true);
    assert.equal(when("request.auth.claims[role]", "root"), false);
    assert.equal(when("request.auth.claims[scope]", "write"), true);
    assert.equal(when("request.auth.claims[a][b]", "c"), true);
    assert.equal(when("request.auth.claims[missing]", "*"), false);
  });

  it("skips a rule with a condition that Istio does not know", () => {
    const rule: Rule = { when: [{ key: "request.colour", values: ["red"] }] };
    assert.equal(allows(rule), false);
    assert.equal(decide([policy("deny", { action: "DENY", rules: [rule] })]).allowed, true);
  });
});
