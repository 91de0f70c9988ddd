import type { RouteSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { quotePattern } from "../../kubernetes/regex.ts";
import type { Rewrite } from "../../kubernetes/istio.ts";

/**
 * What a service sees in place of the gateway's prefix. By pattern and not by Istio's prefix: that one replaces what a
 * route matched, so `/api/` would become `/v1` without its slash, and a route below the prefix would lose more than
 * the prefix.
 */
export function rewriteOf(prefix: string, { path, authority }: NonNullable<RouteSpec["rewrite"]>): Rewrite {
  return defined({ uriRegexRewrite: path === undefined ? undefined : headRewrite(prefix, path), authority });
}

function headRewrite(prefix: string, path: string): { match: string; rewrite: string } {
  if (prefix === "/") {
    return { match: "^/", rewrite: path === "/" ? "/" : `${path}/` };
  }
  // Of `/api` and `/api/7`, what stays is `/` and `/7`: the slash goes with the prefix and comes back with the path.
  return path === "/"
    ? { match: `^${quotePattern(prefix)}/?`, rewrite: "/" }
    : { match: `^${quotePattern(prefix)}`, rewrite: path };
}
