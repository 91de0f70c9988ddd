import { wholeMatch } from "../../mesh/kubernetes/regex.ts";
import { hasLabels, type Labels } from "../objects/object.ts";
import type { MeshRequest } from "./types.ts";
import type { HttpMatch } from "./views.ts";

/** Where a request is when routes are matched: at a gateway, or leaving a pod. */
export interface Place {
  /** `mesh`, or `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** Port that the request is addressed to. */
  readonly port: number;
  /** Labels and namespace of the proxy that routes. */
  readonly labels: Labels;
  readonly namespace: string;
}

/** Istio's StringMatch; an empty one asks only that the value is there. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

/** Whether one match block takes the request: all of its conditions hold. */
export function matchesRequest(match: HttpMatch, request: MeshRequest, place: Place): boolean {
  const isPort = match.port === undefined || match.port === place.port;
  return isPort && matchesSource(match, place) && CONDITIONS.every((condition) => condition(match, request));
}

/** A block that names gateways asks for no labels: Istio reads the one or the other. */
function matchesSource(
  { gateways = [], sourceLabels, sourceNamespace }: HttpMatch,
  { gateway, labels, namespace }: Place,
): boolean {
  return gateways.length > 0
    ? gateways.includes(gateway)
    : hasLabels(labels, sourceLabels) && (sourceNamespace === undefined || sourceNamespace === namespace);
}

type Condition = (match: HttpMatch, request: MeshRequest) => boolean;

const CONDITIONS: readonly Condition[] = [
  ({ uri, ignoreUriCase }, { path }) => holds(uri, path, ignoreUriCase),
  ({ scheme }, request) => holds(scheme, request.scheme),
  ({ method }, request) => holds(method, request.method),
  ({ authority }, { host, port }) => holds(authority, port === undefined ? host : `${host}:${port}`),
  ({ headers }, request) =>
    entriesOf(headers).every(([name, value]) => matchesString(value, request.headers[name.toLowerCase()])),
  ({ withoutHeaders }, request) =>
    entriesOf(withoutHeaders).every(([name, value]) => !matchesAbsence(value, request.headers[name.toLowerCase()])),
  ({ queryParams }, { query }) => entriesOf(queryParams).every(([name, value]) => matchesString(value, query[name])),
];

function holds(match: StringMatch | undefined, value: string, ignoreCase = false): boolean {
  return match === undefined || matchesString(match, value, ignoreCase);
}

/** Istio compares a header that is not there as an empty one, unless presence is what is asked. */
function matchesAbsence(match: StringMatch, value: string | undefined): boolean {
  return matchesString(match, isPresence(match) ? value : (value ?? ""));
}

/** Whether a value satisfies it. A regular expression (RE2) must match the whole value, as in Envoy. */
export function matchesString(match: StringMatch, value: string | undefined, ignoreCase = false): boolean {
  if (value === undefined) {
    return false;
  }
  const { exact, prefix, regex = "" } = match;
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (exact !== undefined) {
    return fold(value) === fold(exact);
  }
  if (prefix !== undefined) {
    return fold(value).startsWith(fold(prefix));
  }
  return isPresence(match) || wholeMatch(ignoreCase ? `(?i)${regex}` : regex, value);
}

/** Whether it asks for nothing but presence: Istio takes the bare `*`, which is no regular expression, for that too. */
function isPresence({ exact, prefix, regex = "*" }: StringMatch): boolean {
  return exact === undefined && prefix === undefined && regex === "*";
}

/** Conditions of a block as words, or `anything`. */
export function describeMatch(match: HttpMatch = {}): string {
  const { port, sourceNamespace, gateways } = match;
  const named = (word: string, matches: Readonly<Record<string, StringMatch>> | undefined) =>
    entriesOf(matches).map(([name, value]) => `${word} ${name} ${describeString(value)}`);
  const words = [
    ...(["uri", "scheme", "method", "authority"] as const).flatMap((key) => {
      const value = match[key];
      return value === undefined ? [] : [`${key === "uri" ? "path" : key} ${describeString(value)}`];
    }),
    ...named("header", match.headers),
    ...named("not header", match.withoutHeaders),
    ...named("parameter", match.queryParams),
    ...Object.entries(match.sourceLabels ?? {}).map(([name, value]) => `from pods with ${name}=${value}`),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(sourceNamespace === undefined ? [] : [`from namespace ${sourceNamespace}`]),
    ...(gateways === undefined ? [] : [`at ${gateways.join(" or ")}`]),
  ];
  return words.join(" and ") || "anything";
}

/** How a reader sees it: `= "true"`, `starts with "/cart/"`, `matches ^a.*$`. */
function describeString(match: StringMatch): string {
  const { exact, prefix, regex } = match;
  if (exact !== undefined) {
    return `= ${JSON.stringify(exact)}`;
  }
  if (prefix !== undefined) {
    return `starts with ${JSON.stringify(prefix)}`;
  }
  return isPresence(match) ? "is present" : `matches ${regex ?? ""}`;
}

function entriesOf(matches: Readonly<Record<string, StringMatch>> | undefined): [string, StringMatch][] {
  return Object.entries(matches ?? {});
}
