import type { MeshRequest } from "./types.ts";
import { describeString, isPresence, matchesString, type StringMatch } from "./string-match.ts";
import type { HttpMatch } from "./world.ts";

/** Where a request is when routes are matched: at a gateway, or leaving a pod. */
export interface Place {
  /** `mesh`, or `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** Port that the request is addressed to. */
  readonly port: number;
  /** Labels and namespace of the proxy that routes. */
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
}

/** Whether one match block takes the request: all of its conditions hold. */
export function matchesRequest(match: HttpMatch, request: MeshRequest, place: Place): boolean {
  const isPort = match.port === undefined || match.port === place.port;
  return isPort && matchesSource(match, place) && CONDITIONS.every((condition) => condition(match, request));
}

/** Conditions of a block as words, or `anything`. */
export function describeMatch(match: HttpMatch | undefined): string {
  if (match === undefined) {
    return "anything";
  }
  const single = (["uri", "scheme", "method", "authority"] as const).flatMap((key) =>
    match[key] === undefined ? [] : [`${key === "uri" ? "path" : key} ${describeString(match[key] as StringMatch)}`],
  );
  const headers = entriesOf(match.headers).map(([name, value]) => `header ${name} ${describeString(value)}`);
  const without = entriesOf(match.withoutHeaders).map(([name, value]) => `not header ${name} ${describeString(value)}`);
  const query = entriesOf(match.queryParams).map(([name, value]) => `parameter ${name} ${describeString(value)}`);
  const source = Object.entries(match.sourceLabels ?? {}).map(([name, value]) => `from pods with ${name}=${value}`);
  const place = [
    ...(match.port === undefined ? [] : [`port ${match.port}`]),
    ...(match.sourceNamespace === undefined ? [] : [`from namespace ${match.sourceNamespace}`]),
    ...(match.gateways === undefined ? [] : [`at ${match.gateways.join(" or ")}`]),
  ];
  const words = [...single, ...headers, ...without, ...query, ...source, ...place];
  return words.length === 0 ? "anything" : words.join(" and ");
}

/** A block that names gateways asks for no labels: Istio reads the one or the other. */
function matchesSource(match: HttpMatch, { gateway, labels, namespace }: Place): boolean {
  if (match.gateways !== undefined && match.gateways.length > 0) {
    return match.gateways.includes(gateway);
  }
  return (
    Object.entries(match.sourceLabels ?? {}).every(([name, value]) => labels[name] === value) &&
    (match.sourceNamespace === undefined || match.sourceNamespace === namespace)
  );
}

type Condition = (match: HttpMatch, request: MeshRequest) => boolean;

const CONDITIONS: readonly Condition[] = [
  ({ uri, ignoreUriCase }, { path }) => holds(uri, path, ignoreUriCase),
  ({ scheme }, request) => holds(scheme, request.scheme),
  ({ method }, request) => holds(method, request.method),
  ({ authority }, request) => holds(authority, authorityOf(request)),
  ({ headers }, request) =>
    entriesOf(headers).every(([name, value]) => matchesString(value, request.headers[name.toLowerCase()])),
  ({ withoutHeaders }, request) =>
    entriesOf(withoutHeaders).every(([name, value]) => !matchesAbsence(value, request.headers[name.toLowerCase()])),
  ({ queryParams }, { query }) => entriesOf(queryParams).every(([name, value]) => matchesString(value, query[name])),
];

/** Istio compares a header that is not there as an empty one, unless presence is what is asked. */
function matchesAbsence(match: StringMatch, value: string | undefined): boolean {
  return matchesString(match, isPresence(match) ? value : (value ?? ""));
}

function holds(match: StringMatch | undefined, value: string, ignoreCase = false): boolean {
  return match === undefined || matchesString(match, value, ignoreCase);
}

function authorityOf({ host, port }: MeshRequest): string {
  return port === undefined ? host : `${host}:${port}`;
}

function entriesOf(matches: Readonly<Record<string, StringMatch>> | undefined): [string, StringMatch][] {
  return Object.entries(matches ?? {});
}
