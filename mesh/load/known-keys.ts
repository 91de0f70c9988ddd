import { z } from "zod";

/**
 * The keys that a schema knows at a path, for "did you mean": walks objects, records, arrays, unions and wrappers.
 * Empty when the path leads nowhere.
 */
export function knownKeys(schema: z.core.$ZodType | undefined, [head, ...rest]: readonly string[]): string[] {
  const inner = unwrap(schema);
  const path = head === undefined ? [] : [head, ...rest];
  if (inner instanceof z.ZodUnion) {
    return inner.options.flatMap((option) => knownKeys(option, path));
  }
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType | undefined>> = inner.shape;
    return head === undefined ? Object.keys(shape) : knownKeys(shape[head], rest);
  }
  const element =
    inner instanceof z.ZodRecord ? inner.valueType : inner instanceof z.ZodArray ? inner.element : undefined;
  return element === undefined || head === undefined ? [] : knownKeys(element, rest);
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodReadonly
    ? unwrap(schema.unwrap())
    : schema;
}
