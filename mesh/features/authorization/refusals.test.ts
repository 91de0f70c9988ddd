import assert from "node:assert/strict";
import { ConfigError } from "../../stack/errors.ts";
import { loadStack } from "../../load/load.ts";
import { PROJECT_DIRECTORY } from "../../../tests/support/stacks.ts";
import type { PlainObject } from "../../stack/plain-object.ts";

const PLATFORM = { kind: "eks", region: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] };
const DIGEST = `sha256:${"a".repeat(64)}`;
const EXCEPTIONS = { "image-digest": "the demo image of the tests" };
const ISSUER = "https://id.example.com";
const KEYS = JSON.stringify({ keys: [{ kty: "RSA", n: "x", e: "AQAB" }] });

const PEM = "-----BEGIN " + "EC PRIVATE KEY-----";
const ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE";

function problems(services: PlainObject, security: PlainObject = {}): string[] {
  try {
    loadStack(PROJECT_DIRECTORY, "test", {
      platform: PLATFORM,
      traffic: { faults: false },
      services,
      security: { exceptions: EXCEPTIONS, ...security },
    });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n");
  }
}

function user(value: PlainObject): PlainObject {
  return { user: value };
}

function access(from: PlainObject, more: PlainObject = {}): PlainObject {
  return user({ access: { batch: { from, paths: ["/x"], ...more } } });
}

function jwt(rule: PlainObject): PlainObject {
  return user({ jwt: { rules: [rule] } });
}

/** What is refused: the services' overrides, the security settings, and the one problem that comes of it. */
const UNLIMITED = { rateLimits: { global: [] } };

const REFUSED: readonly (readonly [rule: string, services: PlainObject, security: PlainObject, message: RegExp])[] = [
  [
    "a principal of another trust domain",
    access({ principals: ["evil.example/ns/a/sa/b"] }),
    {},
    /services\.user\.access\.batch\.from\.principals\[0\]: expected an identity of the mesh's trust domain cluster\.local; got one of evil\.example.*write cluster\.local\/ns\/a\/sa\/b/,
  ],
  [
    "a principal with a wildcard",
    access({ principals: ["cluster.local/ns/a/*"] }),
    {},
    /principals\[0\]: expected one identity in full; got "cluster\.local\/ns\/a\/\*".*or namespaces/,
  ],
  [
    "two ways of naming a caller",
    access({ namespaces: ["a"], addresses: ["10.0.0.0/8"] }),
    {},
    /access\.batch\.from: expected one of principals, namespaces and addresses/,
  ],
  [
    "a wildcard host in an allow",
    access({ namespaces: ["a"] }, { hosts: ["*.example.com"] }),
    {},
    /access\.batch\.hosts\[0\]: expected a host name without a wildcard/,
  ],
  [
    "any host in an allow",
    access({ namespaces: ["a"] }, { hosts: ["*"] }),
    {},
    /access\.batch\.hosts\[0\]: expected a host name without a wildcard/,
  ],
  [
    "callers by address where mutual TLS is wanted",
    access({ addresses: ["10.0.0.0/16"] }),
    {},
    /access\.batch\.from\.addresses: expected callers with a certificate, because port 8080 takes mutual TLS only.*use principals or namespaces/,
  ],
  [
    "access on a port that is not served",
    access({ namespaces: ["a"] }, { port: 9090 }),
    {},
    /access\.batch\.port: expected a port that user serves \(8080\); got 9090.*extraPorts/,
  ],
  [
    "a JWT rule without issuer",
    jwt({ jwksUri: `${ISSUER}/keys` }),
    {},
    /^Pulumi\.test\.yaml: services\.user\.jwt\.rules\[0\]\.issuer: expected an issuer: .* such as https:\/\/id\.example\.com; got nothing$/,
  ],
  [
    "keys over plain http",
    jwt({ issuer: ISSUER, jwksUri: "http://id.example.com/keys" }),
    {},
    /jwt\.rules\[0\]\.jwksUri: expected an https address/,
  ],
  ["neither jwksUri nor jwks", jwt({ issuer: ISSUER }), {}, /rules\[0\]\.jwksUri: expected either jwksUri or jwks/],
  [
    "both jwksUri and jwks",
    jwt({ issuer: ISSUER, jwksUri: ISSUER, jwks: KEYS }),
    {},
    /expected either jwksUri or jwks/,
  ],
  [
    "keys that are no key set",
    jwt({ issuer: ISSUER, jwks: "{}" }),
    {},
    /rules\[0\]\.jwks: expected a JSON Web Key Set/,
  ],
  [
    "a private key in a key set",
    jwt({ issuer: ISSUER, jwks: JSON.stringify({ keys: [{ kty: "RSA", n: "x", e: "AQAB", d: "s3cr3t" }] }) }),
    {},
    /rules\[0\]\.jwks: expected public keys only; got a key with its private part/,
  ],
  [
    "a token for a service that takes none",
    user({ routes: [{ prefix: "/users", allow: { token: {} } }] }),
    {},
    /services\.user\.routes\[0\]\.allow: asks for a token, but user takes none.*services\.user\.jwt\.rules/,
  ],
  [
    "a call with a token to a service that takes none",
    { cart: { calls: [{ to: "product", methods: ["GET"], paths: ["/products"], token: {} }] } },
    {},
    /services\.cart\.calls\[0\]\.token: asks for a token, but product takes none/,
  ],
  [
    "access with a token to a service that takes none",
    access({ namespaces: ["a"] }, { token: {} }),
    {},
    /services\.user\.access\.batch\.token: asks for a token, but user takes none/,
  ],
  [
    "a port exception on a port that is not served",
    user({ mtls: { ports: { "9090": "STRICT" } } }),
    {},
    /services\.user\.mtls\.ports\.9090: expected a port that user serves \(8080\); got 9090.*services\.user\.extraPorts/,
  ],
  [
    "plain text on a port in production",
    user({ extraPorts: { m: 9090 }, mtls: { ports: { "9090": "DISABLE" } } }),
    {},
    /services\.user\.mtls\.ports\.9090: DISABLE takes plain text, which security\.profile production refuses.*security\.exceptions\.permissive-mtls/,
  ],
  [
    "a PERMISSIVE service in production",
    user({ mtls: { mode: "PERMISSIVE" } }),
    {},
    /services\.user\.mtls\.mode: PERMISSIVE takes plain text, which/,
  ],
  [
    "a migration in production",
    {},
    { migration: [{ service: "cart", plainTextFrom: ["10.0.0.0/16"] }] },
    /security\.migration\[0\]: cart takes plain text while it migrates, which security\.profile production refuses/,
  ],
  [
    "a migration of a service that does not exist",
    {},
    { profile: "development", migration: [{ service: "carts", plainTextFrom: ["10.0.0.0/16"] }] },
    /security\.migration\[0\]\.service: expected a service of the catalog; got "carts".*known services: product, cart/,
  ],
  [
    "an authorizer of a service that does not exist",
    {},
    { externalAuthorization: { host: "opa.opa.svc", port: 9191, services: ["nobody"] } },
    /security\.externalAuthorization\.services\[0\]: expected a service of the catalog; got "nobody"/,
  ],
  [
    "a second port with the first one's number",
    user({ extraPorts: { m: 8080 } }),
    {},
    /extraPorts\.m: expected a name and a number of its own/,
  ],
  [
    "a port of the sidecar",
    user({ extraPorts: { m: 15020 } }),
    {},
    /extraPorts\.m: expected a port outside of 15000-15099.*15020/,
  ],
  [
    "an image without a digest in production",
    // Without global limits there is no rate limit service either.
    { product: UNLIMITED, order: UNLIMITED },
    { exceptions: {} },
    /services\.product\.image: .*fake-service:v0\.26\.2 \(also of cart, order, user, payment\) has no digest.*give .*@sha256.*security\.exceptions\.image-digest/,
  ],
  [
    "a password in an environment",
    user({ env: { DB_PASSWORD: "hunter2" } }),
    {},
    /^Pulumi\.test\.yaml: services\.user\.env\.DB_PASSWORD: expected no secret in plain text; DB_PASSWORD is one by its name \(put it .*services\.user\.secretEnv\.DB_PASSWORD names\)$/,
  ],
  [
    "a password in a version's environment",
    user({ versions: { v1: { env: { API_KEY: "hunter2" } } } }),
    {},
    /services\.user\.versions\.v1\.env\.API_KEY: expected no secret.*services\.user\.secretEnv\.API_KEY/,
  ],
  [
    "a private key, without repeating it",
    user({ env: { CONFIG: `x\n${PEM}` } }),
    {},
    /^Pulumi\.test\.yaml: services\.user\.env\.CONFIG: expected a text that everybody may read; got a private key \(take it out/,
  ],
  [
    "an access key in the stack's own settings",
    {},
    { exceptions: { ...EXCEPTIONS, "permissive-mtls": `see ${ACCESS_KEY}` } },
    /security\.exceptions\.permissive-mtls: expected a text that everybody may read; got an AWS access key/,
  ],
  [
    "an unknown key beside a claim",
    user({ routes: [{ prefix: "/users", allow: { tokens: {} } }] }),
    {},
    /services\.user\.routes\[0\]\.allow/,
  ],
];

describe("security settings that are refused", () => {
  for (const [rule, services, security, message] of REFUSED) {
    it(rule, () => {
      const found = problems(services, security);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }
});

describe("security settings that are taken", () => {
  it("whole identities, public keys, tokens where issuers are known", () => {
    const rules = [{ issuer: ISSUER, jwks: KEYS }];
    const allow = [{ methods: ["POST"], token: "none" }, { token: { claims: { role: ["admin"] } } }];
    assert.deepEqual(problems(user({ jwt: { rules }, routes: [{ prefix: "/users", allow }] })), []);
    assert.deepEqual(
      problems(access({ principals: ["cluster.local/ns/a/sa/b"] }, { hosts: ["user.example.com"] })),
      [],
    );
  });

  it("plain text with a reason, or in development", () => {
    const services = user({ extraPorts: { m: 9090 }, mtls: { ports: { "9090": "DISABLE" } } });
    const migration = [{ service: "cart", plainTextFrom: ["10.0.0.0/16"] }];
    const exceptions = { ...EXCEPTIONS, "permissive-mtls": "until the batch jobs have sidecars" };
    assert.deepEqual(problems(services, { migration, exceptions }), []);
    assert.deepEqual(problems(services, { migration, profile: "development" }), []);
  });

  it("secrets by reference, empty variables, and names that only sound like secrets", () => {
    const secretEnv = { DB_PASSWORD: { name: "database", key: "password" } };
    assert.deepEqual(problems(user({ secretEnv, env: { API_TOKEN: "", TOKEN_TTL: "60" } })), []);
  });

  it("images with a digest, without an exception", () => {
    const image = `registry.example.com/app:1.0@${DIGEST}`;
    const services = Object.fromEntries(
      ["product", "cart", "order", "user", "payment"].map((name) => [name, { image, ...UNLIMITED }]),
    );
    assert.deepEqual(problems(services, { exceptions: {} }), []);
  });
});
