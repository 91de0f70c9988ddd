import type { Catalog, MatchSpec, RouteSpec, ServiceSpec } from "../../stack/catalog.ts";
import { hostGroups, publicRoutesOf } from "../routing/public-routes.ts";
import { isBelow } from "../routing/matching/compare.ts";
import { serviceRoutes, type ServiceRoute } from "../routing/service-routes.ts";

/** The paths that a rule compares: one path, or one with all below it. */
export type RulePath = { readonly exact: string } | { readonly prefix: string };

/** One way of a service, for one of the prefixes that lead to it. */
export interface PlannedRule {
  /** The service's way; its match's path is `path` here. */
  readonly way: ServiceRoute;
  /** Place of the way among the service's: earlier ones go first. */
  readonly rank: number;
  /** The gateway's route, and its key path. */
  readonly route: RouteSpec;
  readonly routePath: string;
  readonly path: RulePath;
}

/** All rules of one service for hosts that lead to the same paths. */
export interface PlannedRoute {
  readonly service: string;
  readonly hosts: readonly string[];
  /** Place of the hosts' group. */
  readonly group: number;
  readonly rules: readonly PlannedRule[];
}

/**
 * What the gateway does for each service, its ways multiplied with the prefixes that lead to it: HTTPRoutes know no delegates. A way
 * for callers inside the mesh is left out, as nobody outside is one.
 */
export function plannedRoutes(catalog: Catalog): PlannedRoute[] {
  return hostGroups(catalog).flatMap((hosts, group) => {
    const entries = publicRoutesOf(catalog, hosts[0] ?? "");
    const prefixes = entries.map(({ prefix }) => prefix);
    return Object.entries(catalog.services).flatMap(([service, spec]) => {
      const rules = entries.flatMap((entry) =>
        "route" in entry && entry.service === service ? rulesOf(service, spec, entry.route, prefixes) : [],
      );
      return rules.length === 0 ? [] : [{ service, hosts, group, rules: inOrderOfWays(rules) }];
    });
  });
}

function rulesOf(service: string, spec: ServiceSpec, route: RouteSpec, prefixes: readonly string[]): PlannedRule[] {
  const longer = prefixes.filter((prefix) => prefix !== route.prefix && isBelow(prefix, route.prefix));
  const routePath = `services.${service}.routes[${spec.routes.indexOf(route)}]`;
  return serviceRoutes(service, spec).flatMap((way, rank) => {
    const path = way.match?.source === undefined ? pathWithin(route.prefix, way.match?.path) : undefined;
    // Where a longer prefix leads, this one does not, whatever its rules say.
    return path === undefined || longer.some((prefix) => isBelow(pathText(path), prefix))
      ? []
      : [{ way, rank, route, routePath, path }];
  });
}

/** The paths that satisfy both; undefined: none. */
function pathWithin(prefix: string, path: MatchSpec["path"]): RulePath | undefined {
  if (path === undefined) {
    return { prefix };
  }
  if (typeof path !== "string") {
    return "exact" in path && isBelow(path.exact, prefix) ? { exact: path.exact } : undefined;
  }
  return isBelow(prefix, path) ? { prefix } : isBelow(path, prefix) ? { prefix: path } : undefined;
}

/** The path itself, or where the paths begin. */
export function pathText(path: RulePath): string {
  return "exact" in path ? path.exact : path.prefix;
}

function inOrderOfWays(rules: readonly PlannedRule[]): PlannedRule[] {
  return [...rules].sort((one, other) => one.rank - other.rank);
}
