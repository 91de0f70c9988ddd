import type { GatewayObject, HttpRouteObject, IngressGatewayObject } from "../../mesh/kubernetes/objects.ts";
import type {
  HeaderModifier,
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRule,
} from "../../mesh/kubernetes/gateway-api.ts";
import { defined } from "../../mesh/kubernetes/defined.ts";
import { quotePattern } from "../../mesh/kubernetes/regex.ts";
import { hostOfService, keyOf, namespaceOf, type Labels } from "../objects/object.ts";
import type { StringMatch } from "./http-match.ts";
import { gatewayKey, type HttpMatch, type HttpRoute, type VirtualServiceView } from "./views.ts";

/** The pods behind a Service that a Gateway names as its address. */
interface Addressed {
  readonly labels: Labels;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Each listener as the Gateway that istiod makes of it, so that a route can be bound to it alone. */
export function listenersAsGateways(gateway: IngressGatewayObject, workloads: readonly Addressed[]): GatewayObject[] {
  const { metadata, spec } = gateway;
  const workload = workloads.find(({ namespace, serviceAccount }) =>
    spec.addresses.some(({ value }) => value === hostOfService(serviceAccount, namespace)),
  );
  const selector = { ...(workload?.labels ?? { "gateway.networking.k8s.io/gateway-name": metadata.name }) };
  return spec.listeners.map(({ name, port, protocol, hostname = "*", tls }) => {
    const terminated = { mode: "SIMPLE" as const, credentialName: tls?.certificateRefs[0]?.name ?? "" };
    const server = { port: { number: port, name, protocol }, hosts: [hostname], tls: tls && terminated };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { ...metadata, name: `${metadata.name}/${name}` },
      spec: { selector, servers: [defined(server)] },
    };
  });
}

/** A match of a rule of a route, and where both are in their lists. */
interface Candidate {
  readonly route: HttpRouteObject;
  readonly rule: HttpRouteRule;
  readonly match: HttpRouteMatch;
}

/** Every match of every HTTPRoute as a VirtualService of one route, in the order in which a gateway must try them. */
export function routesInOrder(
  routes: readonly HttpRouteObject[],
  gateways: readonly IngressGatewayObject[],
): VirtualServiceView[] {
  const candidates = routes.flatMap((route) =>
    route.spec.rules.flatMap((rule) => rule.matches.map((match): Candidate => ({ route, rule, match }))),
  );
  // The sort is stable: within a route the first rule wins, and in a rule its first match.
  return candidates.sort(byPrecedence).map(({ route, rule, match }) => ({
    kind: route.kind,
    metadata: route.metadata,
    spec: {
      hosts: [...route.spec.hostnames],
      gateways: listenersOf(route, gateways),
      http: [httpRoute(route, rule, match)],
    },
  }));
}

/**
 * Which of two matches is tried first, by the Gateway API: an exact path, the longer prefix, a method, more headers, more query
 * parameters, and at last the route by its name. The older route, which would come before that, is not in the objects: they are
 * read as they are applied, at one time.
 * Source: gateway-api.sigs.k8s.io/reference/spec, HTTPRouteRule, field `matches`, v1.5.
 */
function byPrecedence(one: Candidate, other: Candidate): number {
  const [a, b] = [one.match, other.match];
  return (
    Number(b.path.type === "Exact") - Number(a.path.type === "Exact") ||
    b.path.value.length - a.path.value.length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    (b.headers ?? []).length - (a.headers ?? []).length ||
    (b.queryParams ?? []).length - (a.queryParams ?? []).length ||
    compareText(keyOf(one.route), keyOf(other.route))
  );
}

/** By code points, as Go compares strings. */
function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Listeners that a route is bound to: those that it names, or all of its Gateway. */
function listenersOf(route: HttpRouteObject, gateways: readonly IngressGatewayObject[]): string[] {
  return route.spec.parentRefs.flatMap(({ name, namespace, sectionName }) => {
    const key = gatewayKey(`${namespace}/${name}`, namespaceOf(route));
    const listeners = gateways.find((gateway) => keyOf(gateway) === key)?.spec.listeners ?? [];
    return listeners
      .filter((listener) => sectionName === undefined || listener.name === sectionName)
      .map((listener) => `${key}/${listener.name}`);
  });
}

function httpRoute(object: HttpRouteObject, rule: HttpRouteRule, match: HttpRouteMatch): HttpRoute {
  const namespace = namespaceOf(object);
  const { filters = [], backendRefs = [], timeouts } = rule;
  // Istio leaves out backends without a share.
  const backends = backendRefs.filter(({ weight }) => weight !== 0);
  const route = backends.map(({ weight, ...ref }) => ({ destination: destinationOf(ref, namespace), weight }));
  const fields = filters.map((filter) => filterFields(filter, match, namespace));
  return Object.assign(
    defined({
      name: rule.name,
      match: httpMatches(match),
      timeout: timeouts?.request,
      route: route.length === 0 ? undefined : route,
    }),
    ...fields,
  ) as HttpRoute;
}

function destinationOf({ name, port }: { readonly name: string; readonly port: number }, namespace: string) {
  return { host: hostOfService(name, namespace), port: { number: port } };
}

/** A prefix takes whole segments: `/cart` and `/cart/7`, not `/cartoons`. */
function httpMatches({ path, method, headers = [], queryParams = [] }: HttpRouteMatch): HttpMatch[] {
  const values = (list: typeof headers): Record<string, StringMatch> =>
    Object.fromEntries(
      list.map(({ name, type, value }) => [name, type === "Exact" ? { exact: value } : { regex: value }]),
    );
  const exact = { exact: path.value };
  const below = { prefix: path.value === "/" ? "/" : `${path.value}/` };
  const uris = path.type === "Exact" ? [exact] : path.value === "/" ? [below] : [exact, below];
  return uris.map((uri) =>
    defined({
      uri,
      method: method === undefined ? undefined : { exact: method },
      headers: headers.length === 0 ? undefined : values(headers),
      queryParams: queryParams.length === 0 ? undefined : values(queryParams),
    }),
  );
}

type Filter<T extends HttpRouteFilter["type"]> = Extract<HttpRouteFilter, { readonly type: T }>;

function filterFields(filter: HttpRouteFilter, { path }: HttpRouteMatch, namespace: string): Partial<HttpRoute> {
  switch (filter.type) {
    case "RequestHeaderModifier":
      return { headers: { request: operations(filter.requestHeaderModifier) } };
    case "ResponseHeaderModifier":
      // Nobody here reads what becomes of a response.
      return {};
    case "URLRewrite":
      return { rewrite: rewriteOf(filter.urlRewrite, path.value) };
    case "RequestRedirect": {
      const { scheme, hostname: authority, path: change, port, statusCode: redirectCode } = filter.requestRedirect;
      const uri = change?.type === "ReplaceFullPath" ? change.replaceFullPath : undefined;
      return { redirect: defined({ uri, authority, scheme, port, redirectCode }) };
    }
    case "RequestMirror": {
      const { backendRef, percent, fraction } = filter.requestMirror;
      const value = fraction === undefined ? (percent ?? 100) : (100 * fraction.numerator) / fraction.denominator;
      return { mirrors: [{ destination: destinationOf(backendRef, namespace), percentage: { value } }] };
    }
    case "CORS": {
      // Any origin: a scheme and an authority, and nothing after them.
      const any = { regex: "^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$" };
      const allowOrigins = filter.cors.allowOrigins.map((origin) => (origin === "*" ? any : { exact: origin }));
      return { corsPolicy: { allowOrigins } };
    }
  }
}

/**
 * What a service sees of path and host. Whole segments are replaced: of `/foo/bar` with the prefix `/foo`, a replacement by
 * `/xyz`, `/xyz/`, or `/` makes `/xyz/bar`, `/xyz/bar`, or `/bar`. Source: gateway-api.sigs.k8s.io/reference/spec,
 * HTTPPathModifier, the table of `replacePrefixMatch`, v1.5.
 */
function rewriteOf({ hostname, path }: Filter<"URLRewrite">["urlRewrite"], prefix: string): HttpRoute["rewrite"] {
  const uriRegexRewrite =
    path?.type === "ReplaceFullPath"
      ? { match: "^.*$", rewrite: literal(path.replaceFullPath) }
      : path && prefixRewrite(withoutSlash(prefix), withoutSlash(path.replacePrefixMatch));
  return defined({ uriRegexRewrite, authority: hostname });
}

/** Both without a slash at their ends; a path is never left empty. */
function prefixRewrite(prefix: string, replacement: string) {
  return replacement === ""
    ? { match: `^${quotePattern(prefix)}/?`, rewrite: "/" }
    : { match: `^${quotePattern(prefix)}`, rewrite: literal(replacement) };
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, "");
}

/** Text that a rewrite takes as it is: in one of Envoy a backslash begins a group. */
function literal(text: string): string {
  return text.replaceAll("\\", "\\\\");
}

function operations({ set = [], add = [], remove = [] }: HeaderModifier) {
  const map = (list: typeof set) => Object.fromEntries(list.map(({ name, value }) => [name, value]));
  return { set: map(set), add: map(add), remove: [...remove] };
}
