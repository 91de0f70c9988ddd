/** A plain object, as YAML and JSON give it. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** Whether the value is an object and no list. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
