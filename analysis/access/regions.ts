import { matchesPath, matchesPattern } from "../authorization/patterns.ts";

/** A set of requests by patterns of method and path, and by port where that is said. */
export interface Region {
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly ports?: readonly string[];
}

/** Whether every request of `inner` is one of `outer`: false where that cannot be told. */
export function covers(outer: Region, inner: Region): boolean {
  return (
    all(inner.methods, outer.methods) &&
    all(inner.paths, outer.paths) &&
    (outer.ports === undefined || inner.ports?.every((port) => outer.ports?.includes(port)) === true)
  );
}

/** Whether no request is in both: false where that cannot be told. */
export function disjoint(one: Region, other: Region): boolean {
  const apart = (left: readonly string[], right: readonly string[]) =>
    left.every((first) => right.every((second) => !overlap(first, second)));
  const { ports } = other;
  return (
    apart(one.methods, other.methods) ||
    apart(one.paths, other.paths) ||
    (one.ports !== undefined && ports !== undefined && one.ports.every((port) => !ports.includes(port)))
  );
}

function all(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.every((pattern) => outer.some((wider) => contains(wider, pattern)));
}

/** Whether a pattern takes all that another takes. */
function contains(wider: string, narrower: string): boolean {
  if (wider === "*" || wider === narrower) {
    return true;
  }
  const isPrefix = (pattern: string) => pattern.endsWith("*") && !pattern.startsWith("*") && !isTemplate(pattern);
  return narrower.includes("*")
    ? isPrefix(wider) && isPrefix(narrower) && narrower.startsWith(wider.slice(0, -1))
    : takes(wider, narrower);
}

/** Whether something may match both patterns. */
function overlap(one: string, other: string): boolean {
  if (!one.includes("*") || !other.includes("*")) {
    return one.includes("*") ? takes(one, other) : other.includes("*") ? takes(other, one) : one === other;
  }
  const [first, second] = [one, other].map((pattern) => pattern.slice(0, pattern.indexOf("*")).replace(/\{$/, ""));
  return (first ?? "").startsWith(second ?? "") || (second ?? "").startsWith(first ?? "");
}

function takes(pattern: string, text: string): boolean {
  return isTemplate(pattern) ? matchesPath(pattern, text) : matchesPattern(pattern, text);
}

function isTemplate(pattern: string): boolean {
  return pattern.includes("{*");
}
