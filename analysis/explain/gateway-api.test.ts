import assert from "node:assert/strict";
import type { HttpRouteMatch, HttpRouteRule } from "../../mesh/kubernetes/gateway-api.ts";
import type { HttpRouteObject, IngressGatewayObject } from "../../mesh/kubernetes/objects.ts";
import { routesInOrder } from "./gateway-api.ts";
import { replaceMatches } from "../../mesh/kubernetes/regex.ts";

const GATEWAY = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "shop", namespace: "shop" },
  spec: { gatewayClassName: "istio", addresses: [], listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
} as unknown as IngressGatewayObject;

function route(name: string, ...rules: (Partial<HttpRouteRule> & { readonly name: string })[]): HttpRouteObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace: "shop" },
    spec: {
      parentRefs: [{ name: "shop", namespace: "shop" }],
      hostnames: ["shop.example.com"],
      rules: rules.map((rule) => ({ matches: [{ path: { type: "PathPrefix", value: "/" } }], ...rule })),
    },
  };
}

const prefix = (value: string, more: Partial<HttpRouteMatch> = {}): HttpRouteMatch => ({
  path: { type: "PathPrefix", value },
  ...more,
});
const header = (name: string) => ({ name, type: "Exact" as const, value: "x" });

/** Names of the rules in the order in which they are tried. */
function order(...routes: HttpRouteObject[]): (string | undefined)[] {
  return routesInOrder(routes, [GATEWAY]).map(({ spec }) => spec.http?.[0]?.name);
}

describe("explain: HTTPRoutes", () => {
  it("are tried in the order of the Gateway API: path, method, headers, query, name of the route, place in it", () => {
    const all: [string, HttpRouteMatch][] = [
      ["exact", { path: { type: "Exact", value: "/a" } }],
      ["longer", prefix("/a/b")],
      ["method", prefix("/a", { method: "GET" })],
      ["two headers", prefix("/a", { headers: [header("h1"), header("h2")] })],
      ["header and query", prefix("/a", { headers: [header("h1")], queryParams: [header("q")] })],
      ["header", prefix("/a", { headers: [header("h1")] })],
      ["query", prefix("/a", { queryParams: [header("q"), header("r")] })],
      ["prefix", prefix("/a")],
      ["same prefix, later in the list", prefix("/a")],
      ["shorter", prefix("/")],
    ];
    const names = all.map(([name]) => name);
    const rules = all.map(([name, match]) => ({ name, matches: [match] }));
    assert.deepEqual(order(route("one", ...rules)), names);
    const [last, ...before] = rules.slice(7, 9).reverse();
    assert.ok(last !== undefined);
    const shuffled = [...rules.slice(9), ...before, last, ...rules.slice(0, 7).reverse()];
    assert.deepEqual(order(route("one", ...shuffled)), names);
    assert.deepEqual(order(route("b", { name: "of b" }), route("a", { name: "of a" })), ["of a", "of b"]);
  });

  it("replace whole segments of a path, as the table of HTTPPathModifier has it", () => {
    for (const [path, from, to, wanted] of [
      ["/foo/bar", "/foo", "/xyz", "/xyz/bar"],
      ["/foo/bar", "/foo", "/xyz/", "/xyz/bar"],
      ["/foo/bar", "/foo/", "/xyz", "/xyz/bar"],
      ["/foo/bar", "/foo/", "/xyz/", "/xyz/bar"],
      ["/foo", "/foo", "/xyz", "/xyz"],
      ["/foo/", "/foo", "/xyz", "/xyz/"],
      ["/foo/bar", "/foo", "/", "/bar"],
      ["/foo", "/foo", "/", "/"],
      ["/bar", "/", "/xyz", "/xyz/bar"],
    ] as const) {
      const change = { type: "ReplacePrefixMatch" as const, replacePrefixMatch: to };
      const filter = { type: "URLRewrite" as const, urlRewrite: { path: change } };
      const [view] = routesInOrder(
        [route("one", { name: "r", matches: [prefix(from)], filters: [filter] })],
        [GATEWAY],
      );
      const { match = "", rewrite = "" } = view?.spec.http?.[0]?.rewrite?.uriRegexRewrite ?? {};
      assert.equal(replaceMatches(match, path, rewrite), wanted, `${path}: ${from} by ${to}`);
    }
  });
});
