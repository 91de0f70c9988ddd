import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { TokenIssuer } from "../../support/token-issuer.ts";
import { truthOf } from "./suite.ts";
import type { PlainObject } from "../../../mesh/stack/plain-object.ts";

const issuer = new TokenIssuer("https://auth.example.com");

const USERS = "GET https://api.ecommerce.com/api/users/7";

/** Milliseconds that the slow version takes to answer. */
const ANSWER_MS = 8_000;

/**
 * Milliseconds by which a timeout may end before its time is over: Envoy counts from when its event loop woke up, which is a
 * moment before it read the request. A request with a timeout of 1 s was answered after 999.98 ms (2026-11-27).
 */
const EARLY_MS = 10;

/** Conditions of requests for the slow version. No catalog's public requests have them by themselves. */
const slow = (how: string) => ({ match: { methods: ["GET"], headers: { "x-slow": how } }, version: "slow" });

/** What the tests below add to the catalog: tokens for user, and a version of payment that takes its time. */
const SERVICES = {
  user: { jwt: { rules: [{ issuer: issuer.name, jwks: issuer.jwks, audiences: ["shop"] }] } },
  payment: {
    versions: { slow: { replicas: { min: 1, max: 1 }, env: { TIMING_50_PERCENTILE: `${ANSWER_MS}ms` } } },
    rules: [
      { name: "testers", match: { headers: { "x-canary-user": "true" } }, version: "canary" },
      { name: "once", ...slow("once"), timeout: "1s", retries: { attempts: 0 } },
      {
        name: "thrice",
        ...slow("thrice"),
        timeout: "6s",
        retries: { attempts: 2, perTryTimeout: "1s", retryOn: ["gateway-error"] },
      },
      // Timeout and retries as the catalog has them.
      { name: "own", ...slow("own") },
    ],
  },
};

function withServices(yaml: string): string {
  const { config } = parse(yaml) as { config: PlainObject };
  const own = { "ecommerce-mesh:catalog": { name: "enterprise" }, "ecommerce-mesh:services": SERVICES };
  return stringify({ config: { ...config, ...own } });
}

truthOf("enterprise", withServices, (mesh) => {
  it("asks for a token that the issuer signed, for this audience and this time", async () => {
    const now = Math.floor(Date.now() / 1000);
    const stranger = new TokenIssuer(issuer.name);
    const claims = { aud: "shop", exp: now + 600 };
    const cases: readonly (readonly [what: string, headers: readonly string[], foretold: number, seen: number])[] = [
      ["no token", [], 403, 403],
      ["a good one", [issuer.bearer(claims)], 200, 200],
      ["a good one with something behind it", [`${issuer.bearer(claims)}, x`], 401, 401],
      ["a good one with padding", [`${issuer.bearer(claims)}==`], 200, 200],
      ["one without an end", [issuer.bearer({ aud: ["bank", "shop"] })], 200, 200],
      ["one that has just expired", [issuer.bearer({ ...claims, exp: now - 20 })], 200, 200],
      ["an expired one", [issuer.bearer({ ...claims, exp: now - 90 })], 401, 401],
      ["one of the future", [issuer.bearer({ ...claims, nbf: now + 300 })], 401, 401],
      ["one for others", [issuer.bearer({ ...claims, aud: "bank" })], 403, 403],
      ["one of another issuer", [new TokenIssuer("https://evil.example").bearer(claims)], 401, 401],
      ["no JWT", ["authorization: Bearer nonsense"], 401, 401],
      // Whose signature it is explain cannot know, and says so.
      ["one that somebody else signed", [stranger.bearer(claims)], 200, 401],
    ];
    const found = await Promise.all(
      cases.map(async ([what, headers]) => {
        const [status] = await mesh().statuses(USERS, { headers });
        return [what, mesh().foretold(USERS, { headers }).status, status];
      }),
    );
    assert.deepEqual(
      found,
      cases.map(([what, , foretold, seen]) => [what, foretold, seen]),
    );
    const { trace } = mesh().foretold(USERS, { headers: [stranger.bearer(claims)] });
    assert.ok(trace.some(({ says }) => says.includes("if its signature is right (not checked here)")));
  });

  it("gives up on a slow answer when its time is over, and tries again where retries are for that", async () => {
    // One request of each: after five failures in a row the pod would get no more of them.
    const cases = [
      { how: "once", foretold: ["1s", 0], tries: 1, afterMs: 1_000 },
      { how: "thrice", foretold: ["6s", 2], tries: 3, afterMs: 3_000 },
      // Istio's own `retryOn` is not for slow answers: the time of one try ends the request.
      { how: "own", foretold: ["5s", 3], tries: 1, afterMs: 2_000 },
    ] as const;
    const found = await Promise.all(
      cases.map(async ({ how }) => {
        const path = `/api/payments/slow-${how}`;
        const [text, headers] = [`GET https://api.ecommerce.com${path}`, [`x-slow: ${how}`]];
        const { timeout, retries, trace } = mesh().foretold(text, { headers });
        assert.equal(
          trace.some(({ says }) => says.includes("a try of 2s ends it")),
          how === "own",
        );
        const { observation } = await mesh().send(text, { headers });
        const [reply] = observation.replies;
        assert.equal(reply?.status, 504, how);
        const tries = await mesh().arrived("payment:slow", path);
        return { how, foretold: [timeout, retries?.attempts ?? 0], tries, latencyMs: reply.latencyMs };
      }),
    );
    for (const [index, { latencyMs, ...rest }] of found.entries()) {
      const { afterMs, ...wanted } = cases[index] as (typeof cases)[number];
      assert.deepEqual(rest, wanted);
      assert.ok(latencyMs >= afterMs - EARLY_MS && latencyMs < ANSWER_MS, `${rest.how}: ${latencyMs} ms`);
    }
  });
});
