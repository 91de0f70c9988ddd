import fc from "fast-check";

import {
  OutputValue,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
} from "../../sandbox/providers/protocol/index.ts";

/** Arbitrary property values, special ones included, nested a few levels deep. */
export function propertyValues(): fc.Arbitrary<PropertyValue> {
  const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.constant(UNKNOWN),
      tie("value").map((inner) => new Secret(inner)),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(names(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
      fc
        .tuple(tie("value"), fc.boolean(), fc.array(fc.string(), { maxLength: 2 }))
        .map(([inner, secret, dependencies]) => new OutputValue(inner, secret, dependencies)),
    ),
  }));
  return value;
}

/** Arbitrary properties of a resource. */
export function propertyMaps(): fc.Arbitrary<PropertyMap> {
  return fc.dictionary(names(), propertyValues(), { maxKeys: 4, noNullPrototype: true });
}

/** Property names, awkward ones for paths among them. */
function names(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.stringMatching(/^[a-z][A-Za-z0-9]{0,6}$/),
    fc.constantFrom("a.b/c", 'q"uote', "[0]", "with space"),
  );
}
