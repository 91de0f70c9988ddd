/** Stands for a value that only an update will show. A rule finds nothing wrong with it: the update judges it again. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** The value at a path of keys and indices; `UNKNOWN` when a part of the way is; undefined when there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let inner = value;
  for (const key of path) {
    if (inner === UNKNOWN) {
      return UNKNOWN;
    }
    inner = typeof inner === "object" && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined;
  }
  return inner;
}

/** The items of a list; of anything else, and of what is not known, none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The texts of a list, or the one text. */
export function texts(value: unknown): string[] {
  return (typeof value === "string" ? [value] : items(value)).filter((item) => typeof item === "string");
}

/** A text, or what is said in place of one. */
export function text(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

/** Whether a switch is on; AWS's providers also take texts. */
export function isOn(value: unknown): boolean {
  return value === true || value === "true";
}

/** Whether a switch that must be on is known to be off. Left out is off. */
export function isOff(value: unknown): boolean {
  return value !== UNKNOWN && !isOn(value);
}

/** Whether a value that must be there is known to be missing. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** A value inside of a tree, with the way to it. */
export interface Leaf {
  /** Keys and indices from the top. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Every value of a tree that holds no other, depth first. */
export function leaves(value: unknown, path: readonly string[] = []): Leaf[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [{ path, value }];
}
