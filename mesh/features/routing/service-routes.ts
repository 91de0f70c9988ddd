import type { HeadersSpec, MatchSpec, ServiceSpec } from "../../stack/catalog.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { StackData } from "../../stack/stack.ts";
import { destinations, subsetOf } from "./destinations.ts";
import { faultInjection } from "./faults.ts";
import { isTakenBy } from "./matching/compare.ts";
import { conditionsOf } from "./matching/conditions.ts";
import { httpMatches } from "./matching/http-match.ts";
import { narrowed } from "./matching/narrowed.ts";
import { inOrder } from "./matching/precedence.ts";
import { retryPolicy } from "./retries.ts";
import { type Share, splitOf, stableOnly } from "../canary/split.ts";
import type { HttpRoute } from "../../kubernetes/istio.ts";

/** One way that a request to a service can go. */
export interface ServiceRoute {
  /** Name of the route in Envoy's logs. */
  readonly name: string;
  /** Which requests; undefined: all that no earlier route took. */
  readonly match: MatchSpec | undefined;
  /** Where they go. */
  readonly shares: readonly Share[];
  /** Whether the shares are the service's split, which a rollout controller may own. */
  readonly isSplit: boolean;
  /** Key path of what says so, below the service. */
  readonly path: string;
  readonly settings: RouteSettings;
}

/** What a route has beside its match and its destinations. */
type RouteSettings = Partial<Pick<ServiceSpec, "timeout" | "retries" | "fault" | "mirror">> & {
  readonly headers?: HeadersSpec | undefined;
};

/**
 * Every way of a service, in the order in which a proxy tries them: the rules, the most specific first; the requests
 * that a canary's match singles out; and last what takes all the rest.
 */
export function serviceRoutes(name: string, service: ServiceSpec): ServiceRoute[] {
  const { canary, rules, timeout, retries, fault, mirror } = service;
  const split = splitOf(service);
  const own = { timeout, retries, fault, mirror };
  return [
    ...inOrder(rules).map(({ rule, index }) => ({
      name: `${name}-${rule.name ?? `rule-${index + 1}`}`,
      match: rule.match,
      shares: rule.version === undefined ? split : [{ version: rule.version, weight: 100 }],
      isSplit: rule.version === undefined,
      path: `rules[${index}].match`,
      settings: {
        timeout: rule.timeout ?? timeout,
        retries: rule.retries ?? retries,
        fault: rule.fault,
        mirror: rule.mirror,
        headers: rule.headers,
      },
    })),
    ...(canary?.match === undefined
      ? []
      : [
          {
            name: `${name}-canary`,
            match: canary.match,
            shares: split,
            isSplit: true,
            path: "canary.match",
            settings: own,
          },
        ]),
    {
      name,
      match: undefined,
      shares: canary?.match === undefined ? split : stableOnly(service),
      isSplit: canary?.match === undefined,
      path: "versions",
      settings: own,
    },
  ];
}

/** The routes of a service as its VirtualService has them. */
export function httpRoutes(stack: StackData, service: string): HttpRoute[] {
  return expandedRoutes(stack.catalog.services[service] as ServiceSpec, service).map((route) =>
    httpRoute(stack, service, route),
  );
}

/**
 * As `serviceRoutes`, with the further routes that the gateway needs, without those of them whose requests an earlier
 * route takes.
 */
export function expandedRoutes(spec: ServiceSpec, service: string): ServiceRoute[] {
  const prefixes = spec.routes.map(({ prefix }) => prefix);
  const expanded = serviceRoutes(service, spec).flatMap((route) =>
    narrowed(route.match, prefixes).map((match, index, all) => {
      const isOwn = index === all.length - 1;
      const name = isOwn ? route.name : `${route.name}-gateway-${index + 1}`;
      return { isOwn, conditions: conditionsOf(match), route: { ...route, match, name } };
    }),
  );
  return expanded
    .filter(
      ({ isOwn, conditions }, index) =>
        isOwn ||
        !isTakenBy(
          expanded.slice(0, index).map((earlier) => earlier.conditions),
          conditions,
        ),
    )
    .map(({ route }) => route);
}

function httpRoute({ config, catalog }: StackData, service: string, route: ServiceRoute): HttpRoute {
  const { timeout, retries, fault, mirror, headers } = route.settings;
  const match = httpMatches(route.match);
  const isMirrored = mirror !== undefined && config.traffic.mirroring;
  return defined({
    name: route.name,
    match: match.length === 0 ? undefined : match,
    route: destinations(catalog, service, route.shares, headers),
    timeout,
    retries: retries === undefined ? undefined : retryPolicy(retries),
    fault: fault === undefined || !config.traffic.faults ? undefined : faultInjection(fault),
    mirror: isMirrored ? subsetOf(catalog, service, mirror.version) : undefined,
    mirrorPercentage: isMirrored ? { value: mirror.percent } : undefined,
  });
}
