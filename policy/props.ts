import { UNKNOWN } from "../analysis/policy/rules/values.ts";

/**
 * A copy of properties that the SDK guards: reading a value that is not known yet throws there, and would end a whole rule at
 * the first one. Here it becomes `UNKNOWN`, and the rule judges the rest.
 */
export function knownProps(props: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(props).map((key) => [key, copy(props, key)]));
}

function copy(holder: object, key: string): unknown {
  const value = read(holder, key);
  if (Array.isArray(value)) {
    return Object.keys(value).map((index) => copy(value, index));
  }
  return typeof value === "object" && value !== null ? knownProps(value as Record<string, unknown>) : value;
}

function read(holder: object, key: string): unknown {
  try {
    return (holder as Readonly<Record<string, unknown>>)[key];
  } catch (error) {
    if (error instanceof Error && "unknownTypeSentinel" in error) {
      return UNKNOWN;
    }
    throw error;
  }
}
