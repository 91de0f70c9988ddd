import type { PlainObject } from "./plain-object.ts";

/** Keys and list indices that lead to a value below a file. */
export type Path = readonly PropertyKey[];

/** A key that needs no quotes in a printed path. */
const PLAIN_KEY = /^[^.[\]"]+$/;

/** `["a", 0, "b", "c.d"]` as `a[0].b["c.d"]`: the only place where a path becomes text. {@link parsePath} reads it. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    const key = String(part);
    if (typeof part !== "number" && PLAIN_KEY.test(key)) {
      return text === "" ? key : `${text}.${key}`;
    }
    return `${text}[${typeof part === "number" ? key : JSON.stringify(key)}]`;
  }, "");
}

/** The keys of a printed path: `a[0]["c.d"]` gives `["a", 0, "c.d"]`. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[^.[\]"]+/g)].map(([plain, index, quoted]) =>
    index === undefined ? (quoted === undefined ? plain : (JSON.parse(quoted) as string)) : Number(index),
  );
}

/** The value at a path. Undefined when the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** What the user wrote, before any default: the stack's own values, and the catalog with the stack's overrides in it. */
export interface Written {
  readonly config: PlainObject;
  readonly catalog: PlainObject;
}

/** Whether the user wrote anything at a path, be it equal to the default. An empty object or list sets nothing. */
export function isSet(written: PlainObject | undefined, path: Path): boolean {
  const value = valueAt(written, path);
  return value !== undefined && !(typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
