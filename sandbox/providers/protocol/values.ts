/**
 * Property values as a provider sees them.
 *
 * The wire format hides unknowns, secrets, references and outputs in magic strings and signature objects; here each is a
 * type of its own, so that provider code cannot mistake a sentinel for a value.
 */

/** The key that marks an object on the wire as a special value. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";

/** A value that is not known before the update has run. There is one of it: {@link UNKNOWN}. */
export class Unknown {
  private readonly brand = "unknown";
  toString(): string {
    return `<${this.brand}>`;
  }
  /** Kept out of JSON on purpose: an unknown in a stored object would be a bug that should be seen. */
  toJSON(): never {
    throw new TypeError("an unknown value cannot be written as JSON");
  }
}

/** The unknown value. */
export const UNKNOWN = new Unknown();

/** A value that the engine keeps encrypted in its state. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** An output passed to a remote component: a value with its dependencies. `value` is {@link UNKNOWN} when not known. */
export class OutputValue {
  constructor(
    readonly value: PropertyValue,
    readonly secret: boolean,
    readonly dependencies: readonly string[],
  ) {}
}

/** A reference to another resource of the program. */
export class ResourceReference {
  constructor(
    readonly urn: string,
    /** Empty or {@link UNKNOWN} while the resource does not exist; undefined for components. */
    readonly id: PropertyValue | undefined,
    readonly packageVersion: string,
  ) {}
}

/** A value that the provider passes on as it came: an asset, an archive, a string of bytes. */
export class Opaque {
  constructor(
    /** The signature on the wire. */
    readonly signature: string,
    readonly fields: PropertyMap,
  ) {}
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Secret
  | OutputValue
  | ResourceReference
  | Opaque
  | readonly PropertyValue[]
  | PropertyMap;

/** The properties of a resource by name. An absent key and `undefined` mean the same. */
export interface PropertyMap {
  readonly [key: string]: PropertyValue | undefined;
}

/** JSON without anything special in it. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** True for a plain object, that is a value with named properties and no special meaning. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret) &&
    !(value instanceof OutputValue) &&
    !(value instanceof ResourceReference) &&
    !(value instanceof Opaque)
  );
}

/** True for a list. (`Array.isArray` alone does not narrow readonly arrays.) */
export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** The value without its secret or output wrapping, one level: what is inside may be wrapped again. */
export function unwrap(value: PropertyValue | undefined): PropertyValue | undefined {
  let inner = value;
  while (inner instanceof Secret || inner instanceof OutputValue) {
    inner = inner.value;
  }
  return inner;
}

/** True when the value, or anything in it, is unknown. */
export function containsUnknowns(value: PropertyValue | undefined): boolean {
  return contains(value, (v) => v instanceof Unknown);
}

/** True when the value, or anything in it, is secret. */
export function containsSecrets(value: PropertyValue | undefined): boolean {
  return contains(value, (v) => v instanceof Secret || (v instanceof OutputValue && v.secret));
}

/** URNs of the resources that the value depends on, as far as outputs and references in it say so. */
export function dependenciesOf(value: PropertyValue | undefined): string[] {
  const urns = new Set<string>();
  contains(value, (v) => {
    if (v instanceof OutputValue) {
      v.dependencies.forEach((urn) => urns.add(urn));
    } else if (v instanceof ResourceReference) {
      urns.add(v.urn);
    }
    return false;
  });
  return [...urns];
}

function contains(value: PropertyValue | undefined, test: (value: PropertyValue) => boolean): boolean {
  if (value === undefined) {
    return false;
  }
  if (test(value)) {
    return true;
  }
  if (value instanceof Secret || value instanceof OutputValue) {
    return contains(value.value, test);
  }
  if (value instanceof ResourceReference) {
    return contains(value.id, test);
  }
  if (isList(value)) {
    return value.some((element) => contains(element, test));
  }
  return isMap(value) && Object.values(value).some((element) => contains(element, test));
}

/** The value with every secret and output laid open; unknowns, references and assets stay. */
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret || value instanceof OutputValue) {
    return reveal(value.value);
  }
  if (isList(value)) {
    return value.map(reveal);
  }
  return isMap(value) ? revealMap(value) : value;
}

/** The value with every output replaced by what it holds, a secret where it is one: what a resource's inputs are made of. */
export function lower(value: PropertyValue): PropertyValue {
  if (value instanceof OutputValue) {
    return value.secret ? new Secret(lower(value.value)) : lower(value.value);
  }
  if (value instanceof Secret) {
    return new Secret(lower(value.value));
  }
  if (isList(value)) {
    return value.map(lower);
  }
  return isMap(value) ? mapValues(value, lower) : value;
}

/** {@link reveal} for the properties of a resource. */
export function revealMap(map: PropertyMap): PropertyMap {
  return mapValues(map, reveal);
}

/**
 * The value as JSON: secrets laid open, references as the id (the URN for a component).
 * @throws TypeError when something in it is unknown: check {@link containsUnknowns} before.
 */
export function toPlain(value: PropertyValue): Plain {
  const inner = unwrap(value) ?? null;
  if (inner instanceof Unknown) {
    throw new TypeError("the value is not known yet");
  }
  if (inner instanceof ResourceReference) {
    return inner.id === undefined ? inner.urn : toPlain(inner.id);
  }
  if (inner instanceof Opaque) {
    return { [SIGNATURE_KEY]: inner.signature, ...toPlainMap(inner.fields) };
  }
  if (isList(inner)) {
    return inner.map(toPlain);
  }
  return isMap(inner) ? toPlainMap(inner) : (inner as Plain);
}

/** {@link toPlain} for the properties of a resource; absent properties are left out. */
export function toPlainMap(map: PropertyMap): { [key: string]: Plain } {
  const result: { [key: string]: Plain } = {};
  for (const [key, value] of Object.entries(map)) {
    if (value !== undefined) {
      result[key] = toPlain(value);
    }
  }
  return result;
}

/** A map with each present value changed by `change`. */
export function mapValues(map: PropertyMap, change: (value: PropertyValue, key: string) => PropertyValue): PropertyMap {
  const result: Record<string, PropertyValue> = {};
  for (const [key, value] of Object.entries(map)) {
    if (value !== undefined) {
      result[key] = change(value, key);
    }
  }
  return result;
}

/**
 * Outputs that are as secret as the inputs they echo: where both are objects the rule goes down, so that one secret in a
 * rich structure does not hide all of it; in lists one secret element makes the whole list secret, because providers
 * reorder lists. It is the rule that the engine itself uses for providers that know no secrets.
 */
export function keepSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return mapValues(outputs, (value, key) => {
    const input = inputs[key];
    if (value instanceof Secret || !containsSecrets(input)) {
      return value;
    }
    return isMap(value) && isMap(input) ? keepSecrets(value, input) : new Secret(value);
  });
}
