import assert from "node:assert/strict";
import { ask, split, worldFrom } from "../../tests/support/explain.ts";

const POLICIES = `
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
kind: AuthorizationPolicy
metadata: { name: deny-all }
spec: {}
---
kind: AuthorizationPolicy
metadata: { name: user-read }
spec:
  selector: { matchLabels: { app: user } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/order] } }]
      to: [{ operation: { methods: [GET], paths: [/users/profile] } }]
      when: [{ key: "request.auth.claims[role]", values: [customer] }]
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/order] } }]
      to: [{ operation: { methods: [GET], paths: [/users/public*] } }]
---
kind: RequestAuthentication
metadata: { name: user }
spec:
  selector: { matchLabels: { app: user } }
  jwtRules: [{ issuer: "https://auth.example.com", audiences: [shop] }]
`;
const services = { user: ["v1"], order: ["v1"], cart: ["v1"] };
const world = worldFrom(services, POLICIES);

function bearer(claims: object): string {
  return `authorization: Bearer e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
}

describe("explain: policies", () => {
  it("lets through the callers that a policy allows, and names policy, rule, and who may not call", () => {
    const { answers, trace, callers } = ask(world, "GET http://user:8080/users/public/1", [], "order");
    assert.equal(answers.length, 1);
    assert.deepEqual(
      trace
        .filter(({ object }) => object.startsWith("AuthorizationPolicy"))
        .map(({ object, rule }) => `${object} ${rule}`),
      ["AuthorizationPolicy shop/user-read rules[1]"],
    );
    assert.deepEqual(callers, {
      allowed: ["order"],
      refused: ["istio-ingressgateway", "istio-egressgateway", "user", "cart"],
    });
  });

  it("refuses with 403 and no answer what no policy allows", () => {
    for (const [request, from] of [
      ["GET http://user:8080/users/public/1", "cart"],
      ["POST http://user:8080/users/public/1", "order"],
      ["GET http://user:8080/users/profile", "order"],
    ] as const) {
      const { denied, status, answers } = ask(world, request, [], from);
      assert.deepEqual([denied, status, answers], [true, 403, []], `${from} ${request}`);
    }
  });

  it("reads a path as proxies do, which take out escapes that it does not need", () => {
    const statusOf = (path: string) => ask(world, `GET http://user:8080${path}`, [], "order").status;
    assert.equal(statusOf("/%75sers/./publi%63/1"), 200);
    assert.equal(statusOf("/users%2Fpublic/1"), 403);
  });

  it("answers a path with an escaped NUL with 400 where a proxy reads HTTP, whoever may call", () => {
    for (const [request, status] of [
      ["GET http://user:8080/users/public/1%00", 400],
      ["GET http://payment:8080/%00", 400],
      ["GET https://user:8080/users/public/1%00", 200],
    ] as const) {
      assert.equal(ask(world, request, [], "order").status, status, request);
    }
  });

  it("reads the claims of a token, and says that nobody checked its signature", () => {
    const claims = { iss: "https://auth.example.com", sub: "u1", aud: "shop", role: "customer" };
    const taken = ask(world, "GET http://user:8080/users/profile", [bearer(claims)], "order");
    assert.equal(split(taken), "v1 1");
    assert.ok(taken.trace.some(({ message }) => message.includes("not checked here")));
    const merchant = ask(
      world,
      "GET http://user:8080/users/profile",
      [bearer({ ...claims, role: "merchant" })],
      "order",
    );
    assert.equal(merchant.status, 403);
  });

  it("refuses with 401 a token of another issuer or not of this time, and with 403 one for another audience", () => {
    const claims = { iss: "https://auth.example.com", sub: "u1", aud: "shop" };
    const now = 1_800_000_000;
    for (const [wrong, wanted] of [
      [{ iss: "https://evil.example" }, 401],
      [{ aud: "bank" }, 403],
      [{ exp: now - 65 }, 401],
      [{ nbf: now + 65 }, 401],
    ] as const) {
      const { status, denied } = ask(
        world,
        "GET http://user:8080/users/public/1",
        [bearer({ ...claims, ...wrong })],
        "order",
      );
      assert.deepEqual([status, denied], [wanted, true], JSON.stringify(wrong));
    }
    // Envoy gives clocks a minute.
    const close = bearer({ ...claims, exp: now - 55, nbf: now + 55 });
    assert.equal(ask(world, "GET http://user:8080/users/public/1", [close], "order").status, 200);
    assert.equal(
      ask(world, "GET http://user:8080/users/public/1", ["authorization: Bearer nonsense"], "order").status,
      401,
    );
  });

  it("looks for a token where the rule says, and only there", () => {
    const places = `fromHeaders: [{ name: X-Token, prefix: "jwt " }], fromCookies: [session], fromParams: [token]`;
    const elsewhere = worldFrom(services, POLICIES.replace("audiences: [shop]", `audiences: [shop], ${places}`));
    const token = bearer({ iss: "https://auth.example.com", aud: "shop", role: "customer" }).replace(/^.*Bearer /, "");
    const statusOf = (url: string, ...headers: string[]) => ask(elsewhere, `GET ${url}`, headers, "order").status;
    const profile = "http://user:8080/users/profile";
    assert.equal(statusOf(profile, `x-token: jwt ${token}`), 200);
    assert.equal(statusOf(profile, `cookie: theme=dark; session=${token}`), 200);
    assert.equal(statusOf(`${profile}?token=${token}`), 200);
    // No token at all, as far as this rule is concerned: what needs none is answered, what needs one is not.
    assert.equal(statusOf(profile, `authorization: Bearer ${token}`), 403);
    assert.equal(statusOf("http://user:8080/users/public/1", "authorization: Bearer nonsense"), 200);
    assert.equal(statusOf("http://user:8080/users/public/1", "cookie: session=nonsense"), 401);
  });

  it("wants every token that a rule finds to be good, and one rule of several to take its own", () => {
    const url = "http://user:8080/users/public/1";
    const token = (claims: object) => bearer({ iss: "https://auth.example.com", aud: "shop", ...claims });
    const old = token({ exp: 1 }).replace(/^.*Bearer /, "");
    assert.equal(ask(world, `GET ${url}?access_token=${old}`, [token({})], "order").status, 401);
    // What comes before the prefix Envoy passes over; what is behind the token makes it none.
    assert.equal(ask(world, `GET ${url}`, [`${token({})}, x`], "order").status, 401);
    assert.equal(ask(world, `GET ${url}`, [token({ exp: 1 }).replace("Bearer", "my Bearer")], "order").status, 401);
    const another = `jwtRules: [{ issuer: "https://other.example" }, { issuer`;
    const both = worldFrom(services, POLICIES.replace("jwtRules: [{ issuer", another));
    assert.equal(ask(both, `GET ${url}`, [token({})], "order").status, 200);
    assert.equal(ask(both, `GET ${url}`, [token({ aud: "bank" })], "order").status, 403);
  });

  it("takes a token from the query where no rule says otherwise", () => {
    const token = bearer({ iss: "https://auth.example.com", aud: "shop", role: "customer" }).replace(/^.*Bearer /, "");
    assert.equal(ask(world, `GET http://user:8080/users/profile?access_token=${token}`, [], "order").status, 200);
  });

  it("fails a plain-text caller under STRICT, and takes it under PERMISSIVE", () => {
    const plain =
      "---\nkind: DestinationRule\nmetadata: { name: cart }\nspec: { host: cart, trafficPolicy: { tls: { mode: DISABLE } } }\n";
    const strict = "kind: PeerAuthentication\nmetadata: { name: default }\nspec: { mtls: { mode: STRICT } }\n";
    const refused = ask(worldFrom(services, strict + plain), "GET http://cart:8080/", [], "order");
    assert.equal(refused.status, 503);
    assert.match(refused.failures[0]?.because ?? "", /STRICT/);
    const taken = ask(
      worldFrom(services, strict.replace("STRICT", "PERMISSIVE") + plain),
      "GET http://cart:8080/",
      [],
      "order",
    );
    assert.equal(split(taken), "v1 1");
  });
});
