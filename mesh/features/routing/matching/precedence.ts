import type { RuleSpec } from "../../../stack/catalog.ts";
import { type Condition, conditionsOf } from "./conditions.ts";

/** How narrow a condition is: one value, few values, all that begin alike, a pattern, any value. */
const NARROWNESS: Readonly<Record<Condition["kind"], number>> = {
  exact: 5,
  oneOf: 4,
  below: 3,
  prefix: 3,
  regex: 2,
  present: 1,
};

/**
 * What decides between two rules that both match, the first difference counting: priority, number of conditions,
 * kind of the path, length of the path, kinds of the other values together, length of their texts together. Higher
 * goes first. A rule that takes only requests that another one takes as well always ranks higher at equal priority.
 */
function rank({ priority, match }: Pick<RuleSpec, "priority" | "match">): number[] {
  const conditions = conditionsOf(match);
  const path = conditions.get("path");
  const others = [...conditions].filter(([key]) => key !== "path").map(([, condition]) => condition);
  return [
    priority,
    conditions.size,
    path === undefined ? 0 : NARROWNESS[path.kind],
    path === undefined ? 0 : length(path),
    sum(others.map(({ kind }) => NARROWNESS[kind])),
    sum(others.map(length)),
  ];
}

/** Order of two rules: negative when the first goes first, 0 when nothing but their place in the catalog tells. */
export function byPrecedence(one: RuleSpec, other: RuleSpec): number {
  const [first, second] = [rank(one), rank(other)];
  return first.map((value, index) => (second[index] ?? 0) - value).find((difference) => difference !== 0) ?? 0;
}

/** The rules in the order in which a proxy tries them; equals stay in the order of the catalog. */
export function inOrder(rules: readonly RuleSpec[]): { readonly rule: RuleSpec; readonly index: number }[] {
  return rules.map((rule, index) => ({ rule, index })).sort((one, other) => byPrecedence(one.rule, other.rule));
}

/** Longer texts are narrower where they say how a value begins; more values are wider. */
function length(condition: Condition): number {
  if (condition.kind === "oneOf") {
    return -condition.values.length;
  }
  return condition.kind === "below" || condition.kind === "prefix" ? condition.value.length : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
