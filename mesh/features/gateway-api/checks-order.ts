import type { Problem } from "../../stack/errors.ts";
import { routeMatches } from "./matches.ts";
import { plannedRoutes, type PlannedRule } from "./plan.ts";
import type { HttpRouteMatch } from "../../kubernetes/gateway-api.ts";
import type { StackData } from "../../stack/stack.ts";
import { overlaps } from "../routing/matching/compare.ts";
import { conditionsOf, type Conditions } from "../routing/matching/conditions.ts";
import { compare, rankOf } from "./precedence.ts";

interface RankedMatch {
  readonly rule: PlannedRule;
  readonly rank: readonly number[];
  readonly conditions: Conditions;
}

/**
 * Ways of a service that the Gateway API would try in another order than the catalog says. It follows the path before all
 * else and knows no priority; with equal matches the first in the object wins, and that is the catalog's order.
 */
export function otherOrder({ catalog }: StackData): Problem[] {
  const problems = plannedRoutes(catalog).flatMap(({ service, rules }) => {
    const matches = rules.flatMap(rankedMatches);
    return matches.flatMap((match, index) => {
      const earlier = matches.slice(0, index).find((other) => isOvertaken(other, match));
      return earlier === undefined ? [] : [problem(service, earlier.rule, match.rule)];
    });
  });
  // The same two ways meet at every prefix and on every group of hosts.
  return [...new Map(problems.map((one) => [`${one.path} ${one.message}`, one])).values()];
}

function rankedMatches(rule: PlannedRule): RankedMatch[] {
  return routeMatches(rule.path, rule.way.match).map((match) => ({
    rule,
    rank: rankOf(match),
    conditions: conditionsWith(rule, match),
  }));
}

function conditionsWith({ way, path }: PlannedRule, { method }: HttpRouteMatch): Conditions {
  const conditions = new Map(
    conditionsOf({ ...way.match, path: "exact" in path ? { exact: path.exact } : path.prefix }),
  );
  return method === undefined ? conditions : conditions.set("method", { kind: "oneOf", values: [method] });
}

/**
 * Whether a request may satisfy both, and the later way of the service is the one that the gateway tries first. Rules of another
 * prefix are no rivals: the longer prefix goes first in either order.
 */
function isOvertaken(earlier: RankedMatch, later: RankedMatch): boolean {
  return (
    earlier.rule.route === later.rule.route &&
    earlier.rule.rank < later.rule.rank &&
    compare(earlier.rank, later.rank) > 0 &&
    overlaps(earlier.conditions, later.conditions)
  );
}

function problem(service: string, earlier: PlannedRule, later: PlannedRule): Problem {
  return {
    path: `services.${service}.${later.way.path}`,
    message: `expected conditions that the Gateway API, too, ranks below those of services.${service}.${earlier.way.path}: with mesh.gatewayApi a longer path goes before everything else, then a method, more headers, more query parameters`,
    remediation: "say the path of the one in the other, too, or set mesh.gatewayApi: false",
  };
}
