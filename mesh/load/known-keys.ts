import { z } from "zod";

/**
 * The keys that a schema knows at a path, for "did you mean": walks objects, records, arrays, unions and wrappers.
 * Empty when the path leads nowhere.
 */
export function knownKeys(schema: z.core.$ZodType, path: readonly string[]): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => knownKeys(option, path));
  }
  const [head, ...rest] = path;
  if (head === undefined) {
    return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  }
  if (inner instanceof z.ZodObject) {
    const next = (inner.shape as Record<string, z.core.$ZodType | undefined>)[head];
    return next === undefined ? [] : knownKeys(next, rest);
  }
  if (inner instanceof z.ZodRecord) {
    return knownKeys(inner.valueType, rest);
  }
  return inner instanceof z.ZodArray ? knownKeys(inner.element, rest) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
