import assert from "node:assert/strict";
import { parseRequest } from "./request.ts";

describe("a request, read from its text", () => {
  const of = (target: string) => {
    const { path, query } = parseRequest(`GET https://shop.example.com${target}`);
    return { path, query };
  };

  it("has no parameters where there are none, and as they are written where there are", () => {
    assert.deepEqual(of("/a"), { path: "/a", query: {} });
    assert.deepEqual(of("/a?"), { path: "/a", query: {} });
    assert.deepEqual(of("/a?q&r=1=2&&r=3&s=%78+y"), { path: "/a", query: { q: "", r: "1=2", s: "%78+y" } });
  });

  it("has the path that proxies see: without escapes that are not needed, and with those that are", () => {
    assert.equal(of("/%61/b%2Fc/%7e/../d").path, "/a/b%2Fc/d");
  });
});
