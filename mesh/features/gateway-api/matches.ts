import type { MatchSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { quotePattern } from "../../kubernetes/regex.ts";
import { cookiePattern } from "../routing/matching/http-match.ts";
import type { RulePath } from "./plan.ts";
import type { HttpRouteMatch, ValueMatch } from "../../kubernetes/gateway-api.ts";

/** The matches of a path with a way's other conditions: one for each method, as a match names one at most. */
export function routeMatches(path: RulePath, match: MatchSpec | undefined): HttpRouteMatch[] {
  const { methods, headers, cookie, query } = match ?? {};
  const wanted = [
    ...Object.entries(headers ?? {}).map(([name, value]) => valueMatch(name, value)),
    ...(cookie === undefined ? [] : [pattern("cookie", cookiePattern(cookie))]),
  ];
  const parameters = Object.entries(query ?? {}).map(([name, value]) => valueMatch(name, value));
  const common = defined({
    path:
      "exact" in path
        ? ({ type: "Exact", value: path.exact } as const)
        : ({ type: "PathPrefix", value: path.prefix } as const),
    headers: wanted.length === 0 ? undefined : wanted,
    queryParams: parameters.length === 0 ? undefined : parameters,
  });
  return methods === undefined ? [common] : methods.map((method) => ({ ...common, method }));
}

type Value = NonNullable<MatchSpec["headers"]>[string];

/** The API compares whole values, exactly or by a pattern; Istio reads the pattern as RE2 and wants all of it to match. */
function valueMatch(name: string, value: Value): ValueMatch {
  if (typeof value === "string") {
    return { name, type: "Exact", value };
  }
  return pattern(name, "present" in value ? ".*" : "prefix" in value ? `${quotePattern(value.prefix)}.*` : value.regex);
}

function pattern(name: string, value: string): ValueMatch {
  return { name, type: "RegularExpression", value };
}
