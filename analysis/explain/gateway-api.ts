import type { GatewayObject, HttpRouteObject, IngressGatewayObject } from "../../mesh/kubernetes/objects.ts";
import type {
  BackendRef,
  HeaderModifier,
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRule,
} from "../../mesh/kubernetes/gateway-api.ts";
import { compare, rankOf } from "../../mesh/features/gateway-api/precedence.ts";
import { rewriteOf } from "../../mesh/features/routing/rewrites.ts";
import type { StringMatch } from "./string-match.ts";
import { gatewayKey, keyOf, namespaceOf, type HttpMatch, type HttpRoute, type VirtualServiceView } from "./world.ts";

/** The pods behind a Service that a Gateway names as its address. */
interface Addressed {
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Each listener as the Gateway that istiod makes of it, so that a route can be bound to it alone. */
export function listenersAsGateways(gateway: IngressGatewayObject, workloads: readonly Addressed[]): GatewayObject[] {
  const addresses = gateway.spec.addresses.map(({ value }) => value);
  const workload = workloads.find(({ namespace, serviceAccount }) =>
    addresses.includes(`${serviceAccount}.${namespace}.svc.cluster.local`),
  );
  return gateway.spec.listeners.map(({ name, port, protocol, hostname, tls }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { ...gateway.metadata, name: `${gateway.metadata.name}/${name}` },
    spec: {
      selector: { ...(workload?.labels ?? { "gateway.networking.k8s.io/gateway-name": gateway.metadata.name }) },
      servers: [
        {
          port: { number: port, name, protocol },
          hosts: [hostname ?? "*"],
          ...(tls === undefined
            ? {}
            : { tls: { mode: "SIMPLE" as const, credentialName: tls.certificateRefs[0]?.name ?? "" } }),
        },
      ],
    },
  }));
}

interface Ranked {
  readonly view: VirtualServiceView;
  readonly rank: readonly number[];
}

/**
 * Every match of every HTTPRoute as a VirtualService of one route, in the order in which istiod has the gateway try them.
 */
export function routesInOrder(
  routes: readonly HttpRouteObject[],
  gateways: readonly IngressGatewayObject[],
): VirtualServiceView[] {
  const ranked = routes.flatMap((route): Ranked[] => {
    const bound = gatewaysOf(route, gateways);
    return route.spec.rules.flatMap((rule) =>
      rule.matches.map((match) => ({
        rank: rankOf(match),
        view: {
          kind: route.kind,
          metadata: route.metadata,
          spec: { hosts: [...route.spec.hostnames], gateways: bound, http: [httpRoute(route, rule, match)] },
        },
      })),
    );
  });
  return ranked.sort((one, other) => compare(one.rank, other.rank)).map(({ view }) => view);
}

/** Listeners that a route is bound to: those that it names, or all of its Gateway. */
function gatewaysOf(route: HttpRouteObject, gateways: readonly IngressGatewayObject[]): string[] {
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
  return {
    name: rule.name,
    match: httpMatches(match),
    ...filters.reduce<Partial<HttpRoute>>(
      (fields, filter) => ({ ...fields, ...filterFields(filter, match, namespace) }),
      {},
    ),
    ...(timeouts === undefined ? {} : { timeout: timeouts.request }),
    ...(backends.length === 0
      ? {}
      : {
          route: backends.map((backend) => ({
            destination: destinationOf(backend, namespace),
            ...(backend.weight === undefined ? {} : { weight: backend.weight }),
          })),
        }),
  };
}

function destinationOf({ name, port }: Pick<BackendRef, "name" | "port">, namespace: string) {
  return { host: `${name}.${namespace}.svc.cluster.local`, port: { number: port } };
}

/** A prefix takes whole segments: `/cart` and `/cart/7`, not `/cartoons`. */
function httpMatches({ path, method, headers = [], queryParams = [] }: HttpRouteMatch): HttpMatch[] {
  const values = (list: typeof headers): Record<string, StringMatch> =>
    Object.fromEntries(
      list.map(({ name, type, value }) => [name, type === "Exact" ? { exact: value } : { regex: value }]),
    );
  const uris: StringMatch[] =
    path.type === "Exact"
      ? [{ exact: path.value }]
      : path.value === "/"
        ? [{ prefix: "/" }]
        : [{ exact: path.value }, { prefix: `${path.value}/` }];
  return uris.map((uri) => ({
    uri,
    ...(method === undefined ? {} : { method: { exact: method } }),
    ...(headers.length === 0 ? {} : { headers: values(headers) }),
    ...(queryParams.length === 0 ? {} : { queryParams: values(queryParams) }),
  }));
}

function filterFields(filter: HttpRouteFilter, { path }: HttpRouteMatch, namespace: string): Partial<HttpRoute> {
  switch (filter.type) {
    case "RequestHeaderModifier":
      return { headers: { request: operations(filter.requestHeaderModifier) } };
    case "ResponseHeaderModifier":
      // Nobody here reads what becomes of a response.
      return {};
    case "URLRewrite": {
      const { hostname, path: change } = filter.urlRewrite;
      const target = change?.type === "ReplacePrefixMatch" ? change.replacePrefixMatch : change?.replaceFullPath;
      return {
        rewrite:
          change?.type === "ReplaceFullPath"
            ? { uriRegexRewrite: { match: "^/.*", rewrite: target ?? "" }, ...authorityOf(hostname) }
            : rewriteOf(path.value, { path: target, authority: hostname }),
      };
    }
    case "RequestRedirect": {
      const { scheme, hostname, path: change, port, statusCode } = filter.requestRedirect;
      const uri = change?.type === "ReplaceFullPath" ? { uri: change.replaceFullPath } : {};
      return {
        redirect: {
          ...uri,
          ...authorityOf(hostname),
          ...(scheme === undefined ? {} : { scheme }),
          ...(port === undefined ? {} : { port }),
          redirectCode: statusCode,
        },
      };
    }
    case "RequestMirror": {
      const { backendRef, percent, fraction } = filter.requestMirror;
      const value = fraction === undefined ? (percent ?? 100) : (100 * fraction.numerator) / fraction.denominator;
      return { mirrors: [{ destination: destinationOf(backendRef, namespace), percentage: { value } }] };
    }
    case "CORS":
      return {
        corsPolicy: {
          allowOrigins: filter.cors.allowOrigins.map((origin) =>
            origin === "*" ? { regex: "^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$" } : { exact: origin },
          ),
        },
      };
  }
}

function authorityOf(hostname: string | undefined): { readonly authority?: string } {
  return hostname === undefined ? {} : { authority: hostname };
}

function operations({ set = [], add = [], remove = [] }: HeaderModifier) {
  const map = (list: typeof set) => Object.fromEntries(list.map(({ name, value }) => [name, value]));
  return { set: map(set), add: map(add), remove: [...remove] };
}
