import type { Catalog, GatewayKind, RedirectSpec, RouteSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { gatewayName } from "../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../kubernetes/objects.ts";
import { routesAt } from "../../stack/routes.ts";
import { corsPolicy, mergeHeaders } from "./headers.ts";
import { uriMatches } from "./matching/http-match.ts";
import { rewriteOf } from "./rewrites.ts";
import type { HttpRoute } from "../../kubernetes/istio.ts";

/** A path of the gateway, and what answers there. */
export type PublicRoute =
  | { readonly prefix: string; readonly service: string; readonly route: RouteSpec }
  | { readonly prefix: string; readonly redirect: RedirectSpec };

/** Roots of requests from outside: one for all hosts that lead to the same paths; the first is named after the catalog. */
export function publicRoutes(catalog: Catalog): { name: string; spec: VirtualServiceObject["spec"] }[] {
  return hostGroups(catalog).map((hosts, index) => ({
    name: nameForHosts(catalog.name, hosts, index),
    spec: {
      hosts,
      gateways: [gatewayName(catalog)],
      http: publicRoutesOf(catalog, hosts[0] ?? "").map((route) => httpRoute(catalog, route)),
    },
  }));
}

/** Name of the object of a group of hosts: the first group's has nothing added. */
export function nameForHosts(name: string, hosts: readonly string[], index: number): string {
  return index === 0 ? name : `${name}-${(hosts[0] ?? "").replace("*", "any").replaceAll(".", "-")}`;
}

/** What the internal gateway does with requests for any of its hosts. */
export function internalRoutes(catalog: Catalog): HttpRoute[] {
  return servicePrefixes(catalog, "internal", () => true)
    .sort(longestFirst)
    .map((route) => httpRoute(catalog, route));
}

/** Hosts with the same routes together, in the order of the catalog; a host that leads nowhere is left out. */
export function hostGroups({ hosts, services }: Catalog): string[][] {
  const routes = Object.values(services).flatMap(({ routes }) => routesAt(routes, "ingress"));
  const groups = new Map<string, string[]>();
  for (const host of hosts) {
    const key = routes.map((route) => (answersOn(route, host) ? "1" : "0")).join("");
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups].filter(([key]) => key.includes("1") || routes.length === 0).map(([, group]) => group);
}

/** Whether a route holds for a host. */
export function answersOn({ hosts }: RouteSpec, host: string): boolean {
  return hosts === undefined || hosts.includes(host);
}

/** The paths of one host: longest prefix first, so that no route is hidden by a shorter one. */
export function publicRoutesOf(catalog: Catalog, host: string): PublicRoute[] {
  const routes = servicePrefixes(catalog, "ingress", (route) => answersOn(route, host));
  const redirects = catalog.redirects.map((redirect) => ({ prefix: redirect.prefix, redirect }));
  return [...routes, ...redirects].sort(longestFirst);
}

function servicePrefixes(
  { services }: Catalog,
  gateway: GatewayKind,
  holds: (route: RouteSpec) => boolean,
): PublicRoute[] {
  return Object.entries(services).flatMap(([service, { routes }]) =>
    routesAt(routes, gateway)
      .filter(holds)
      .map((route) => ({ prefix: route.prefix, service, route })),
  );
}

function longestFirst(one: PublicRoute, other: PublicRoute): number {
  return other.prefix.length - one.prefix.length || (one.prefix < other.prefix ? -1 : 1);
}

function httpRoute(catalog: Catalog, entry: PublicRoute): HttpRoute {
  const match = uriMatches(entry.prefix).map((uri) => ({ uri }));
  const suffix = entry.prefix.replaceAll("/", "-");
  if ("redirect" in entry) {
    const { path, host, scheme, code } = entry.redirect;
    const redirect = defined({ uri: path, authority: host, scheme, redirectCode: code });
    return { name: `redirect${suffix}`, match, redirect };
  }
  const { service, route } = entry;
  const cors = route.cors ?? catalog.cors;
  return defined({
    name: `${service}${suffix}`,
    match,
    delegate: { name: service, namespace: catalog.namespace },
    rewrite: route.rewrite === undefined ? undefined : rewriteOf(route.prefix, route.rewrite),
    headers: mergeHeaders(route.headers),
    corsPolicy: cors === undefined ? undefined : corsPolicy(cors),
  });
}
