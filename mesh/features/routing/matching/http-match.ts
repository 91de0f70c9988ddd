import type { MatchSpec } from "../../../stack/catalog.ts";
import { defined } from "../../../kubernetes/defined.ts";
import { quotePattern } from "../../../kubernetes/regex.ts";
import type { HttpMatch, StringMatch } from "../../../kubernetes/istio.ts";

/** A match in Istio's words: all of a block's fields must hold, and one block is enough. No match: no blocks. */
export function httpMatches(match: MatchSpec | undefined): HttpMatch[] {
  if (match === undefined) {
    return [];
  }
  const rest = conditionsBesidePath(match);
  const paths = match.path === undefined ? [] : uriMatches(match.path);
  const blocks = paths.length === 0 ? [rest] : paths.map((uri) => ({ uri, ...rest }));
  return blocks.filter((block) => Object.keys(block).length > 0);
}

/** The prefix itself and what lies below it: a bare prefix `/cart` would also take `/cartoons`. */
export function uriMatches(path: NonNullable<MatchSpec["path"]>): StringMatch[] {
  if (typeof path !== "string") {
    return "exact" in path ? [{ exact: path.exact }] : [{ regex: path.regex }];
  }
  return path === "/" ? [{ prefix: "/" }] : [{ exact: path }, { prefix: `${path}/` }];
}

function conditionsBesidePath({ methods, headers, cookie, query, source }: MatchSpec): HttpMatch {
  const values = {
    ...mapped(headers, headerMatch),
    ...(cookie === undefined ? {} : { cookie: { regex: cookiePattern(cookie) } }),
  };
  return defined({
    method: methods === undefined ? undefined : methodMatch(methods),
    headers: Object.keys(values).length === 0 ? undefined : values,
    queryParams: query === undefined ? undefined : mapped(query, queryMatch),
    sourceLabels: source === undefined ? undefined : defined({ app: source.service, version: source.version }),
  });
}

function methodMatch(methods: readonly string[]): StringMatch {
  return methods.length === 1 ? { exact: methods[0] ?? "" } : { regex: methods.join("|") };
}

type Value = NonNullable<MatchSpec["headers"]>[string];

function headerMatch(value: Value): StringMatch {
  // An empty match of Istio asks only that the header is there.
  return isPresence(value) ? {} : textMatch(value);
}

function queryMatch(value: Value): StringMatch {
  return isPresence(value) ? { regex: ".*" } : textMatch(value);
}

function isPresence(value: Value): value is { present: true } {
  return typeof value === "object" && "present" in value;
}

function textMatch(value: Exclude<Value, { present: true }>): StringMatch {
  if (typeof value === "string") {
    return { exact: value };
  }
  return "prefix" in value ? { prefix: value.prefix } : { regex: value.regex };
}

/** The whole `cookie` header with this cookie anywhere in it: not one whose name only ends alike. */
export function cookiePattern({ name, value, regex }: NonNullable<MatchSpec["cookie"]>): string {
  const wanted = value === undefined ? `(?:${regex ?? ""})` : quotePattern(value);
  return `^(?:.*;\\s*)?${quotePattern(name)}=${wanted}(?:;.*)?$`;
}

function mapped(
  values: Readonly<Record<string, Value>> | undefined,
  translate: (value: Value) => StringMatch,
): Record<string, StringMatch> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, translate(value)]));
}
