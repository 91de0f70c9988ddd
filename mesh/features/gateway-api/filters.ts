import type { Catalog, CorsSpec, HeadersSpec, RedirectSpec, RouteSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { milliseconds } from "../../kubernetes/duration.ts";
import { mergeHeaders } from "../routing/headers.ts";
import type { HeaderOperations } from "../../kubernetes/istio.ts";
import { pathText, type RulePath } from "./plan.ts";
import type {
  HeaderFilter,
  HeaderModifier,
  HttpRouteFilter,
  HttpRouteMatch,
  PathModifier,
  ServiceRef,
} from "../../kubernetes/gateway-api.ts";

/** What a route of the gateway changes in requests on one of its paths. */
export function routeFilters(catalog: Catalog, route: RouteSpec, path: RulePath): HttpRouteFilter[] {
  const cors = route.cors ?? catalog.cors;
  return [
    ...(cors === undefined ? [] : [corsFilter(cors)]),
    ...headerFilters(route.headers),
    ...(route.rewrite === undefined ? [] : rewriteFilter(route.prefix, route.rewrite, path)),
  ];
}

/** Changes of headers laid over each other, the later winning. */
export function headerFilters(...specs: (HeadersSpec | undefined)[]): HeaderFilter[] {
  const { request, response } = mergeHeaders(...specs) ?? {};
  return [
    ...(request === undefined
      ? []
      : [{ type: "RequestHeaderModifier", requestHeaderModifier: modifier(request) } as const]),
    ...(response === undefined
      ? []
      : [{ type: "ResponseHeaderModifier", responseHeaderModifier: modifier(response) } as const]),
  ];
}

function modifier({ set, add, remove }: HeaderOperations): HeaderModifier {
  const list = (values: Readonly<Record<string, string>> | undefined) =>
    values === undefined ? undefined : Object.entries(values).map(([name, value]) => ({ name, value }));
  return defined({ set: list(set), add: list(add), remove });
}

function rewriteFilter(
  prefix: string,
  { path: target, authority }: NonNullable<RouteSpec["rewrite"]>,
  path: RulePath,
): HttpRouteFilter[] {
  const change = target === undefined ? undefined : pathChange(prefix, target, path);
  const urlRewrite = defined({ hostname: authority, path: change });
  return Object.keys(urlRewrite).length === 0 ? [] : [{ type: "URLRewrite", urlRewrite }];
}

/** A rule compares its own path, of which the gateway's prefix is the head: the rest of it stays. */
function pathChange(prefix: string, target: string, path: RulePath): PathModifier | undefined {
  if (prefix === target) {
    return undefined;
  }
  const rest = pathText(path).slice(prefix.length);
  const value = target === "/" ? (rest === "" ? "/" : rest) : `${target}${rest}`;
  return "exact" in path
    ? { type: "ReplaceFullPath", replaceFullPath: value }
    : { type: "ReplacePrefixMatch", replacePrefixMatch: value };
}

function corsFilter(cors: CorsSpec): HttpRouteFilter {
  const { allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials } = cors;
  return {
    type: "CORS",
    cors: defined({
      // Patterns are refused by a check.
      allowOrigins: allowOrigins.filter((origin) => typeof origin === "string"),
      allowCredentials: allowCredentials ? true : undefined,
      allowMethods,
      allowHeaders,
      exposeHeaders,
      maxAge: maxAge === undefined ? undefined : milliseconds(maxAge) / 1000,
    }),
  };
}

/** A share is whole per cent, or counted in a million as Envoy counts. */
export function mirrorFilter(backendRef: ServiceRef, percent: number): HttpRouteFilter {
  return {
    type: "RequestMirror",
    requestMirror: Number.isInteger(percent)
      ? { backendRef, percent }
      : { backendRef, fraction: { numerator: Math.round(percent * 10_000), denominator: 1_000_000 } },
  };
}

/** The rule's part of an answer with another address. */
export function redirectFilter({ path, host, scheme, code }: RedirectSpec): HttpRouteFilter {
  const change = path === undefined ? undefined : ({ type: "ReplaceFullPath", replaceFullPath: path } as const);
  return {
    type: "RequestRedirect",
    requestRedirect: defined({ scheme, hostname: host, path: change, statusCode: code }),
  };
}

/** Whether the filters allow a rule one match only: the API wants to know which prefix is replaced. */
export function needsOneMatch(filters: readonly HttpRouteFilter[], matches: readonly HttpRouteMatch[]): boolean {
  return (
    matches.length > 1 &&
    filters.some((filter) => filter.type === "URLRewrite" && filter.urlRewrite.path?.type === "ReplacePrefixMatch")
  );
}
