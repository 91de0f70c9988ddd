import assert from "node:assert/strict";
import { replaceMatches } from "../../mesh/kubernetes/regex.ts";
import { matchesString } from "./http-match.ts";
import { rewritten } from "./rewrite.ts";
import { parseRequest } from "./request.ts";
import { ask, OPEN_GATEWAY, split, worldFrom } from "../../tests/support/explain.ts";

/** A route by a pattern, and a rewrite by another. */
function world(match: string, pattern: string, replacement: string) {
  return worldFrom(
    { cart: ["v1"] },
    `${OPEN_GATEWAY}
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: ["*"]
  gateways: [shop-gateway]
  http:
    - match: [{ uri: { regex: '${match}' } }]
      rewrite: { uriRegexRewrite: { match: '${pattern}', rewrite: '${replacement}' } }
      route: [{ destination: { host: cart } }]
`,
  );
}

describe("explain: patterns of RE2", () => {
  it("matches what RE2 takes and JavaScript does not: an escaped hyphen and named groups", () => {
    assert.ok(matchesString({ regex: "foo\\-bar" }, "foo-bar"));
    assert.ok(!matchesString({ regex: "foo\\-bar" }, "foo-bar-baz"));
    assert.ok(matchesString({ regex: "/items/(?P<id>[0-9]+)" }, "/items/7"));
    assert.ok(matchesString({ regex: "FOO\\-.*" }, "foo-bar", true));
    assert.ok(matchesString({ regex: "(?i)foo" }, "FOO"));
  });

  it("routes and rewrites by them", () => {
    const hyphen = ask(world("/foo\\-bar.*", "foo\\-bar", "cart"), "GET http://shop.example.com/foo-bar/7");
    assert.equal(split(hyphen), "v1 1");
    assert.ok(hyphen.trace.some(({ message }) => message.includes("the path becomes /cart/7")));
    const named = ask(
      world("/items/(?P<id>[0-9]+)", "^/items/(?P<id>[0-9]+)$", "/by-id/\\1"),
      "GET http://shop.example.com/items/42",
    );
    assert.ok(named.trace.some(({ message }) => message.includes("the path becomes /by-id/42")));
  });

  it("replaces as Envoy does: every match, groups by number, a doubled backslash for one", () => {
    assert.equal(replaceMatches("([a-z])-([a-z])", "/a-b/c-d", "\\2-\\1"), "/b-a/d-c");
    assert.equal(replaceMatches("[0-9]+", "/1/22", "<\\0>"), "/<1>/<22>");
    assert.equal(replaceMatches("/(x)?a", "/a", "[\\1]"), "[]", "a group that took no part is empty");
    assert.equal(replaceMatches("a", "/a", "$1\\\\1"), "/$1\\1", "a dollar is no group, an escaped backslash neither");
    assert.equal(replaceMatches(".*", "/abc", "x"), "x", "nothing empty follows a match");
    assert.equal(replaceMatches("b*", "abc", "-"), "-a-c-");
  });

  it("rewrites a prefix by Istio's field only where a prefix has matched", () => {
    const request = parseRequest("GET http://shop.example.com/cart/7");
    assert.equal(rewritten(request, { rewrite: { uri: "/" } }, { prefix: "/cart/" }).path, "/7");
    assert.equal(rewritten(request, { rewrite: { uri: "/new" } }, { exact: "/cart/7" }).path, "/new");
  });
});
