import assert from "node:assert/strict";

import fc from "fast-check";

import { randomText } from "../../../sandbox/providers/cloud/random/generate.ts";

describe("fake of random", () => {
  it("makes texts of the length, classes and minima that are asked for", () => {
    const minimum = fc.nat(4);
    fc.assert(
      fc.property(
        minimum,
        minimum,
        minimum,
        minimum,
        fc.nat(20),
        (minLower, minUpper, minNumeric, minSpecial, more) => {
          const length = minLower + minUpper + minNumeric + minSpecial + more + 1;
          const text = randomText({ length, minLower, minUpper, minNumeric, minSpecial });
          const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
          assert.equal(text.length, length);
          assert.ok(count(/[a-z]/g) >= minLower);
          assert.ok(count(/[A-Z]/g) >= minUpper);
          assert.ok(count(/[0-9]/g) >= minNumeric);
          assert.ok(count(/[^A-Za-z0-9]/g) >= minSpecial);
        },
      ),
    );
  });

  it("leaves out classes that are switched off and takes special characters from the given set only", () => {
    const text = randomText({ length: 200, upper: false, numeric: false, overrideSpecial: "_" });
    assert.match(text, /^[a-z_]{200}$/);
    assert.match(randomText({ length: 50, special: false, lower: false, upper: false }), /^[0-9]{50}$/);
  });

  it("does not make the same text twice", () => {
    assert.notEqual(randomText({ length: 32 }), randomText({ length: 32 }));
  });

  it("refuses minima that exceed the length", () => {
    assert.throws(() => randomText({ length: 2, minLower: 3 }), /length 2 cannot be made: at least 3/);
  });
});
