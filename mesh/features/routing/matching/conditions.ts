import type { MatchSpec } from "../../../stack/catalog.ts";

/** What one value of a request must be. An empty list of kinds of values would match nothing and does not occur. */
export type Condition =
  | { readonly kind: "exact"; readonly value: string }
  | { readonly kind: "prefix"; readonly value: string }
  | { readonly kind: "below"; readonly value: string }
  | { readonly kind: "regex"; readonly value: string }
  | { readonly kind: "present" }
  | { readonly kind: "oneOf"; readonly values: readonly string[] };

/** Conditions by what they look at, e.g. `header x-canary`; all must hold. None: every request. */
export type Conditions = ReadonlyMap<string, Condition>;

/** The conditions of a match. A path of `/` says nothing and is left out. */
export function conditionsOf(match: MatchSpec | undefined): Conditions {
  const { path, methods, headers, cookie, query, source } = match ?? {};
  return new Map<string, Condition>([
    ...(path === undefined || path === "/" ? [] : [["path", pathCondition(path)] as const]),
    ...(methods === undefined ? [] : [["method", { kind: "oneOf", values: methods }] as const]),
    ...Object.entries(headers ?? {}).map(([name, value]) => [`header ${name}`, valueCondition(value)] as const),
    ...(cookie === undefined ? [] : [[`cookie ${cookie.name}`, cookieCondition(cookie)] as const]),
    ...Object.entries(query ?? {}).map(([name, value]) => [`query ${name}`, valueCondition(value)] as const),
    ...(source === undefined ? [] : [["source", exact(source.service)] as const]),
    ...(source?.version === undefined ? [] : [["source version", exact(source.version)] as const]),
  ]);
}

function pathCondition(path: NonNullable<MatchSpec["path"]>): Condition {
  if (typeof path === "string") {
    return { kind: "below", value: path };
  }
  return "exact" in path ? exact(path.exact) : { kind: "regex", value: path.regex };
}

function valueCondition(value: NonNullable<MatchSpec["headers"]>[string]): Condition {
  if (typeof value === "string") {
    return exact(value);
  }
  if ("prefix" in value) {
    return { kind: "prefix", value: value.prefix };
  }
  return "regex" in value ? patternCondition(value.regex) : { kind: "present" };
}

/** A pattern of plain text and `.*` is a prefix in other words. */
function patternCondition(pattern: string): Condition {
  const head = /^\^?([\w /-]+)\.\*\$?$/.exec(pattern)?.[1];
  return head === undefined ? { kind: "regex", value: pattern } : { kind: "prefix", value: head };
}

function cookieCondition({ value, regex }: NonNullable<MatchSpec["cookie"]>): Condition {
  return value === undefined ? { kind: "regex", value: regex ?? "" } : exact(value);
}

function exact(value: string): Condition {
  return { kind: "exact", value };
}
