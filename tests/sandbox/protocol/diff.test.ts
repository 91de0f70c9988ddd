import assert from "node:assert/strict";

import fc from "fast-check";

import {
  diffProperties,
  formatPath,
  isUnder,
  mapValues,
  parsePath,
  Secret,
  UNKNOWN,
} from "../../../sandbox/providers/protocol/index.ts";
import { containsUnknowns } from "../../../sandbox/providers/protocol/values.ts";
import { propertyMaps } from "../../support/property-values.ts";

describe("paths", () => {
  it("are written as the engine writes them", () => {
    assert.equal(formatPath(["spec", "http", 0, "route", 1, "weight"]), "spec.http[0].route[1].weight");
    assert.equal(formatPath(["metadata", "annotations", "a.b/c"]), 'metadata.annotations["a.b/c"]');
    assert.equal(formatPath(["a-b", "c"]), '["a-b"].c');
  });

  it("are read back as they were written", () => {
    const element = fc.oneof(fc.nat(99), fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.\-/" ]{0,8}$/));
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (path) => {
        assert.deepEqual(parsePath(formatPath(path)), path);
      }),
    );
  });

  it("match patterns with wildcards, at or above them", () => {
    assert.equal(isUnder(parsePath("spec.http[2].route"), parsePath("spec.http[*]")), true);
    assert.equal(isUnder(parsePath("spec"), parsePath("spec.http")), false);
  });

  it("say where a path breaks off", () => {
    assert.throws(() => parsePath("spec.http[0"), /from character 9/);
  });
});

describe("diffProperties", () => {
  const route = (weight: number) => ({ spec: { http: [{ route: [{ weight: 80 }, { weight }] }] } });

  it("names exactly the leaf that changed", () => {
    const diff = diffProperties(route(20), route(30));
    assert.deepEqual(diff.detailedDiff, { "spec.http[0].route[1].weight": { kind: "update", replace: false } });
    assert.deepEqual(diff.replaces, []);
  });

  it("finds nothing between equal inputs", () => {
    fc.assert(
      fc.property(propertyMaps(), (map) => {
        fc.pre(!containsUnknowns(map));
        assert.equal(
          diffProperties(
            map,
            mapValues(map, (value) => value),
          ).changes,
          false,
        );
      }),
    );
  });

  it("finds the reverse change in the reverse direction", () => {
    fc.assert(
      fc.property(propertyMaps(), propertyMaps(), (before, after) => {
        const there = diffProperties(before, after).detailedDiff;
        const back = diffProperties(after, before).detailedDiff;
        const turned = { add: "delete", delete: "add", update: "update" } as const;
        assert.deepEqual(
          Object.fromEntries(Object.entries(there).map(([path, { kind }]) => [path, turned[kind]])),
          Object.fromEntries(Object.entries(back).map(([path, { kind }]) => [path, kind])),
        );
      }),
    );
  });

  it("does not count whether a value is secret, nor null against absent", () => {
    assert.equal(diffProperties({ a: "x", b: null }, { a: new Secret("x") }).changes, false);
  });

  it("counts a value that is not known yet as an update", () => {
    assert.deepEqual(diffProperties({ a: "x" }, { a: UNKNOWN }).detailedDiff, {
      a: { kind: "update", replace: false },
    });
  });

  it("replaces for a pattern, for what lies below it, and for an object that takes it away", () => {
    const replaceOn = ["spec.selector"];
    const below = diffProperties(
      { spec: { selector: { app: "a" } } },
      { spec: { selector: { app: "b" } } },
      { replaceOn },
    );
    assert.deepEqual(below.replaces, ["spec"]);
    const gone = diffProperties({ spec: { selector: { app: "a" } } }, {}, { replaceOn });
    assert.deepEqual(gone.detailedDiff, { spec: { kind: "delete", replace: true } });
  });

  it("asks for deletion first only when something is replaced", () => {
    const options = { replaceOn: ["name"], deleteBeforeReplace: true };
    assert.equal(diffProperties({ name: "a", size: 1 }, { name: "a", size: 2 }, options).deleteBeforeReplace, false);
    assert.equal(diffProperties({ name: "a" }, { name: "b" }, options).deleteBeforeReplace, true);
  });

  it("leaves out what is to be ignored", () => {
    assert.equal(diffProperties(route(20), route(30), { ignoreChanges: ["spec.http[*].route"] }).changes, false);
  });
});
