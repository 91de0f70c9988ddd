import { wholeMatch } from "../../../kubernetes/regex.ts";
import type { Condition, Conditions } from "./conditions.ts";

/**
 * Whether every request that satisfies `inner` satisfies `outer` too. Patterns are compared as text alone: two that
 * are written differently count as different.
 */
export function covers(outer: Conditions, inner: Conditions): boolean {
  return [...outer].every(([key, condition]) => {
    const other = inner.get(key);
    return other !== undefined && implies(other, condition);
  });
}

/** Whether the earlier ones together leave no request to `inner`: of several methods each may take some. */
export function isTakenBy(earlier: readonly Conditions[], inner: Conditions): boolean {
  return alternatives(inner).every((alternative) => earlier.some((outer) => covers(outer, alternative)));
}

/** The same conditions for each method alone; methods are the only condition that lists values. */
function alternatives(conditions: Conditions): Conditions[] {
  const method = conditions.get("method");
  return method?.kind === "oneOf"
    ? method.values.map((value) => new Map(conditions).set("method", { kind: "oneOf", values: [value] }))
    : [conditions];
}

/** Whether some request may satisfy both. Patterns are taken to meet whatever they do not plainly exclude. */
export function overlaps(one: Conditions, other: Conditions): boolean {
  return [...one].every(([key, condition]) => {
    const counterpart = other.get(key);
    return counterpart === undefined || meet(condition, counterpart) || meet(counterpart, condition);
  });
}

function implies(inner: Condition, outer: Condition): boolean {
  switch (inner.kind) {
    case "exact":
      return satisfies(inner.value, outer);
    case "oneOf":
      return inner.values.every((value) => satisfies(value, outer));
    case "prefix":
      return outer.kind === "present" || (outer.kind === "prefix" && inner.value.startsWith(outer.value));
    case "below":
      return outer.kind === "below" && isBelow(inner.value, outer.value);
    case "regex":
      return outer.kind === "present" || (outer.kind === "regex" && outer.value === inner.value);
    case "present":
      return outer.kind === "present";
  }
}

/** Whether a value of the first may be one of the second; asked both ways round. */
function meet(one: Condition, other: Condition): boolean {
  if (one.kind === "exact") {
    return satisfies(one.value, other);
  }
  if (one.kind === "oneOf") {
    return one.values.some((value) => satisfies(value, other));
  }
  // Two sets without end: one may lie in the other, and of patterns nobody knows.
  return implies(one, other) || (other.kind !== "exact" && other.kind !== "oneOf" && [one, other].some(isPattern));
}

function isPattern({ kind }: Condition): boolean {
  return kind === "regex";
}

function satisfies(value: string, condition: Condition): boolean {
  switch (condition.kind) {
    case "exact":
      return value === condition.value;
    case "oneOf":
      return condition.values.includes(value);
    case "prefix":
      return value.startsWith(condition.value);
    case "below":
      return isBelow(value, condition.value);
    case "regex":
      return wholeMatch(condition.value, value);
    case "present":
      return true;
  }
}

/** Whether a path is the prefix or lies below it: `/cartoons` does not lie below `/cart`. */
export function isBelow(path: string, prefix: string): boolean {
  return prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);
}
