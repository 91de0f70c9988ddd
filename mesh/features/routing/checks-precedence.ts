import { problemIf, type Problem } from "../../stack/errors.ts";
import type { RuleSpec, ServiceSpec } from "../../stack/catalog.ts";
import { isTakenBy, overlaps } from "./matching/compare.ts";
import { conditionsOf } from "./matching/conditions.ts";
import { byPrecedence } from "./matching/precedence.ts";
import { serviceRoutes } from "./service-routes.ts";
import type { Check } from "../../stack/check.ts";

/** Every route can be reached, and of two rules for one request it is said which goes first. */
export const checkPrecedence: Check = ({ catalog }) =>
  Object.entries(catalog.services).flatMap(([name, service]) => {
    const hidden = hiddenRoutes(name, service);
    return hidden.length > 0 ? hidden : ambiguousRules(name, service);
  });

/** Routes that an earlier one leaves no request. */
function hiddenRoutes(name: string, service: ServiceSpec): Problem[] {
  const routes = serviceRoutes(name, service).map((route) => ({ ...route, conditions: conditionsOf(route.match) }));
  return routes.flatMap((route, index) => {
    const before = routes.slice(0, index);
    const taken = isTakenBy(
      before.map(({ conditions }) => conditions),
      route.conditions,
    );
    const earlier = before.filter(({ conditions }) => overlaps(conditions, route.conditions));
    if (!taken || earlier[0] === undefined) {
      return [];
    }
    const takers = earlier.map(({ path }) => `services.${name}.${path}`).join(", ");
    return route.match === undefined
      ? [
          {
            path: `services.${name}.${(earlier.find(({ conditions }) => conditions.size === 0) ?? earlier[0]).path}`,
            message:
              "expected a condition that leaves some requests to the service's own split; got one that takes all",
            remediation: "say it at the service itself",
          },
        ]
      : [
          {
            path: `services.${name}.${route.path}`,
            message: `expected requests that no earlier route takes; all are taken by ${takers}`,
            remediation: "narrow the earlier one, raise the priority of this one, or take it away",
          },
        ];
  });
}

/** Rules that may both match, of equal rank, that do not do the same. */
function ambiguousRules(name: string, { rules }: ServiceSpec): Problem[] {
  return rules.flatMap((rule, index) => {
    const other = rules.slice(0, index).findIndex((earlier) => isAmbiguous(earlier, rule));
    return problemIf(
      other >= 0,
      `services.${name}.rules[${index}].match`,
      `expected matches that do not overlap; a request may satisfy rules[${other}].match too, and neither is more specific`,
      "give one of them a priority, or a condition that the other excludes",
    );
  });
}

function isAmbiguous(one: RuleSpec, other: RuleSpec): boolean {
  return (
    byPrecedence(one, other) === 0 &&
    overlaps(conditionsOf(one.match), conditionsOf(other.match)) &&
    answer(one) !== answer(other)
  );
}

/** What a rule does, without what says which requests it does it to. */
function answer(rule: RuleSpec): string {
  const saying = Object.entries(rule).filter(([key]) => !["name", "match", "priority"].includes(key));
  return JSON.stringify(saying.sort(([one], [other]) => (one < other ? -1 : 1)));
}
