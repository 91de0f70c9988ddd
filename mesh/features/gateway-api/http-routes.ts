import type { Catalog, ServiceSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import { milliseconds } from "../../kubernetes/duration.ts";
import { MANAGED_BY, serviceLabels } from "../../kubernetes/labels.ts";
import { gatewayName, NAMESPACES } from "../../kubernetes/names.ts";
import type { HttpRouteObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { hostGroups, nameForHosts, publicRoutesOf } from "../routing/public-routes.ts";
import type { ServiceRoute } from "../routing/service-routes.ts";
import { durationText } from "./duration-text.ts";
import { headerFilters, mirrorFilter, needsOneMatch, redirectFilter, routeFilters } from "./filters.ts";
import { httpsListeners, HTTP_LISTENER } from "./ingress.ts";
import { routeMatches } from "./matches.ts";
import { plannedRoutes, type PlannedRoute, type PlannedRule } from "./plan.ts";
import type { BackendRef, HttpRouteRule, HttpRouteSpec, ParentRef } from "../../kubernetes/gateway-api.ts";
import { backendOf } from "./version-services.ts";

/** The routes of the gateway: one object a service, one for the redirects, and one that leads HTTP to HTTPS. */
export function httpRoutes(stack: StackData): HttpRouteObject[] {
  return [
    ...plannedRoutes(stack.catalog).map((route) => serviceRoute(stack, route)),
    ...redirects(stack),
    ...httpsRedirect(stack),
  ];
}

function serviceRoute(stack: StackData, planned: PlannedRoute): HttpRouteObject {
  const { service, hosts, group, rules } = planned;
  return httpRoute(stack.catalog, nameForHosts(service, hosts, group), serviceLabels(stack.catalog, service), {
    parentRefs: parentsFor(stack, hosts),
    hostnames: hosts,
    rules: named(joined(rules.flatMap((rule) => rulesFor(stack, service, rule)))),
  });
}

/** A rule without a name of its own yet: several may come of one way of the service. */
interface Draft {
  readonly way: string;
  readonly rule: Omit<HttpRouteRule, "name">;
}

function rulesFor(stack: StackData, service: string, { way, route, path }: PlannedRule): Draft[] {
  const { catalog, config } = stack;
  const { mirror, timeout } = way.settings;
  const filters = [
    ...routeFilters(catalog, route, path),
    ...(mirror === undefined || !config.traffic.mirroring
      ? []
      : [mirrorFilter(backendOf(catalog, service, mirror.version), mirror.percent)]),
  ];
  const rest = defined({
    filters: filters.length === 0 ? undefined : filters,
    backendRefs: backends(catalog, service, way),
    timeouts: timeout === undefined ? undefined : { request: durationText(milliseconds(timeout)) },
  });
  const matches = routeMatches(path, way.match);
  const blocks = needsOneMatch(filters, matches) ? matches.map((match) => [match]) : [matches];
  return blocks.map((block) => ({ way: way.name, rule: { matches: block, ...rest } }));
}

function backends(catalog: Catalog, service: string, { shares, settings }: ServiceRoute): BackendRef[] {
  const spec = catalog.services[service] as ServiceSpec;
  return shares.map(({ version, weight }) => {
    const filters = headerFilters(spec.headers, spec.versions[version]?.headers, settings.headers);
    return {
      ...backendOf(catalog, service, version),
      ...(shares.length > 1 ? { weight } : {}),
      ...(filters.length === 0 ? {} : { filters }),
    };
  });
}

/** Rules of one way that differ in their matches alone become one, unless the API wants a rule for each. */
function joined(drafts: readonly Draft[]): Draft[] {
  const all = new Map<string, Draft>();
  for (const draft of drafts) {
    const { matches, ...rest } = draft.rule;
    const key = JSON.stringify([draft.way, rest]);
    const known = all.get(key);
    const both = [...(known?.rule.matches ?? []), ...matches];
    const isOwn = known !== undefined && needsOneMatch(rest.filters ?? [], both);
    all.set(isOwn ? JSON.stringify([key, matches]) : key, {
      way: draft.way,
      rule: { matches: isOwn ? matches : both, ...rest },
    });
  }
  return [...all.values()];
}

/** Names say the way, and count where several rules are of one. */
function named(drafts: readonly Draft[]): HttpRouteRule[] {
  return drafts.map(({ way, rule }, index) => {
    const before = drafts.slice(0, index).filter((draft) => draft.way === way).length;
    return { name: before === 0 ? way : `${way}-${before + 1}`, ...rule };
  });
}

function redirects(stack: StackData): HttpRouteObject[] {
  const { catalog } = stack;
  return catalog.redirects.length === 0
    ? []
    : hostGroups(catalog).map((hosts, group) =>
        httpRoute(catalog, nameForHosts(`${catalog.name}-redirects`, hosts, group), MANAGED_BY, {
          parentRefs: parentsFor(stack, hosts),
          hostnames: hosts,
          rules: publicRoutesOf(catalog, hosts[0] ?? "").flatMap((entry) =>
            "redirect" in entry
              ? [
                  {
                    name: `redirect${entry.prefix.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`.replace(/-+$/, ""),
                    matches: [{ path: { type: "PathPrefix" as const, value: entry.prefix } }],
                    filters: [redirectFilter(entry.redirect)],
                  },
                ]
              : [],
          ),
        }),
      );
}

function httpsRedirect(stack: StackData): HttpRouteObject[] {
  const { catalog, config } = stack;
  const port = httpsListeners(stack)[0]?.port;
  if (!config.traffic.httpsRedirect || port === undefined) {
    return [];
  }
  const requestRedirect = { scheme: "https" as const, ...(port === 443 ? {} : { port }), statusCode: 301 };
  return [
    httpRoute(catalog, `${catalog.name}-https-redirect`, MANAGED_BY, {
      parentRefs: [{ ...parent(catalog), sectionName: HTTP_LISTENER }],
      hostnames: catalog.hosts,
      rules: [
        {
          name: "https",
          matches: [{ path: { type: "PathPrefix", value: "/" } }],
          filters: [{ type: "RequestRedirect", requestRedirect }],
        },
      ],
    }),
  ];
}

/** Every listener, or those for HTTPS alone where HTTP only redirects. */
function parentsFor(stack: StackData, hosts: readonly string[]): ParentRef[] {
  const listeners = httpsListeners(stack);
  if (!stack.config.traffic.httpsRedirect || listeners.length === 0) {
    return [parent(stack.catalog)];
  }
  return listeners
    .filter(({ hostname }) => hostname === undefined || hosts.includes(hostname))
    .map(({ name }) => ({ ...parent(stack.catalog), sectionName: name }));
}

function parent(catalog: Catalog): ParentRef {
  return { name: gatewayName(catalog), namespace: NAMESPACES.ingress };
}

function httpRoute(
  catalog: Catalog,
  name: string,
  labels: Readonly<Record<string, string>>,
  spec: HttpRouteSpec,
): HttpRouteObject {
  const metadata = { name, namespace: catalog.namespace, labels };
  return { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata, spec };
}
