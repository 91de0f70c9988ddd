import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { httpRoutes } from "./http-routes.ts";
import type { HttpRouteFilter, HttpRouteMatch, HttpRouteSpec } from "../../kubernetes/gateway-api.ts";
import type { HttpRouteObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";

/** Bounds of the definitions of v1.5.1: what the API server would refuse in the middle of an `up`. */
const MOST = { hostnames: 16, rules: 16, matchesOfRule: 64, matches: 128, headers: 16 } as const;

/** Characters of a path that the API takes. Source: the validation of HTTPPathMatch, v1.5.1. */
const PATH = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;
const NOT_IN_PATH = /\/\/|\/\.\.?(\/|$)|%2f|#/i;

/** Routes that grow beyond what one HTTPRoute holds. */
export function overLimits(stack: StackData): Problem[] {
  return httpRoutes(stack).flatMap((route) => {
    const path = keyPath(stack, route);
    return [
      ...numbers(route.spec, path),
      ...route.spec.rules.flatMap(({ matches }) => matches.flatMap((match) => pathProblems(match, path))),
    ];
  });
}

/** Name of the service, or the list, that an HTTPRoute is made of. */
function keyPath({ catalog }: StackData, { metadata }: HttpRouteObject): string {
  const service = metadata.labels?.["app"];
  if (service !== undefined) {
    return `services.${service}.routes`;
  }
  return metadata.name.startsWith(`${catalog.name}-redirects`) ? "redirects" : "hosts";
}

function numbers({ hostnames, rules }: HttpRouteSpec, path: string): Problem[] {
  const counts = rules.map(({ matches }) => matches.length);
  const headers = rules.flatMap(({ filters = [], backendRefs = [], matches }) => [
    ...matches.map((match) => match.headers?.length ?? 0),
    ...[...filters, ...backendRefs.flatMap((backend) => backend.filters ?? [])].map(headersOf),
  ]);
  return [
    ...over("hosts", hostnames.length, MOST.hostnames, "hosts that lead to the same routes"),
    ...over(path, rules.length, MOST.rules, "rules (prefixes times ways of the service)"),
    ...over(path, Math.max(0, ...counts), MOST.matchesOfRule, "matches in a rule (prefixes times methods)"),
    ...over(
      path,
      counts.reduce((sum, count) => sum + count, 0),
      MOST.matches,
      "matches together",
    ),
    ...over(path, Math.max(0, ...headers), MOST.headers, "headers in one place"),
  ];
}

function headersOf(filter: HttpRouteFilter): number {
  const change =
    filter.type === "RequestHeaderModifier"
      ? filter.requestHeaderModifier
      : filter.type === "ResponseHeaderModifier"
        ? filter.responseHeaderModifier
        : {};
  return Math.max(0, ...[change.set, change.add, change.remove].map((list) => list?.length ?? 0));
}

function over(path: string, count: number, most: number, what: string): Problem[] {
  return problemIf(
    count > most,
    path,
    `expected at most ${most} ${what}, because mesh.gatewayApi is true and an HTTPRoute holds no more; got ${count}`,
    "split the service, or set mesh.gatewayApi: false",
  );
}

function pathProblems({ path: { value } }: HttpRouteMatch, path: string): Problem[] {
  return problemUnless(
    PATH.test(value) && !NOT_IN_PATH.test(value),
    path,
    `expected paths without //, /./, /../, # and %2F and of the characters that a URL has, because mesh.gatewayApi is true; got "${value}"`,
  );
}
