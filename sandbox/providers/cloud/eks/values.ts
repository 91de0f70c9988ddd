import {
  containsUnknowns,
  isList,
  isMap,
  OutputValue,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  unwrap,
} from "../../protocol/index.ts";

/** Outputs of a registered resource as a value that carries the resource as its dependency. */
export function dependingOn(urn: string, value: PropertyValue | undefined): PropertyValue {
  return new OutputValue(value === undefined ? UNKNOWN : value, false, [urn]);
}

/** The value under a path of names; UNKNOWN when anything on the way is unknown; undefined when there is none. */
export function pick(
  value: PropertyValue | undefined,
  ...path: readonly (string | number)[]
): PropertyValue | undefined {
  let current = unwrap(value);
  for (const element of path) {
    if (current === UNKNOWN) {
      return UNKNOWN;
    }
    const inner = isList(current) ? current[Number(element)] : isMap(current) ? current[String(element)] : undefined;
    current = unwrap(inner);
  }
  return current;
}

/** An option that decides which resources exist: it must be known, and its absence is `otherwise`. */
export function flag(value: PropertyValue | undefined, otherwise: boolean): boolean {
  const inner = unwrap(value);
  return typeof inner === "boolean" ? inner : otherwise;
}

/** The text of a known value; undefined otherwise. */
export function text(value: PropertyValue | undefined): string | undefined {
  const inner = unwrap(value);
  return typeof inner === "string" ? inner : undefined;
}

/** Named values of a map; none when it is something else. */
export function map(value: PropertyValue | undefined): PropertyMap {
  const inner = unwrap(value);
  return isMap(inner) ? inner : {};
}

/** `make(values)` when all are known, else UNKNOWN. */
export function whenKnown(
  values: readonly (PropertyValue | undefined)[],
  make: (...known: (PropertyValue | undefined)[]) => PropertyValue,
): PropertyValue {
  return values.some(containsUnknowns) ? UNKNOWN : make(...values.map(unwrap));
}
