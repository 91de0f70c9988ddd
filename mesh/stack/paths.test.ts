import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPath, isSet, parsePath, valueAt } from "./paths.ts";

describe("paths", () => {
  it("are printed with dots, indices, and quotes around keys that are no plain word", () => {
    assert.equal(formatPath(["services", "cart", "rules", 0, "claims", "a.b"]), 'services.cart.rules[0].claims["a.b"]');
    assert.equal(formatPath(["ports", "8080"]), "ports.8080");
    assert.equal(formatPath([]), "");
  });

  it("are read as they were printed, for any keys", () => {
    const part = fc.oneof(fc.nat(), fc.string(), fc.constantFrom("a.b", 'a"]', "\\", "[0]", "", "8080"));
    fc.assert(fc.property(fc.array(part), (path) => assert.deepEqual(parsePath(formatPath(path)), path)));
  });

  it("lead to values, and to nothing that only every object has", () => {
    assert.equal(valueAt({ a: [{ "b.c": 1 }] }, ["a", 0, "b.c"]), 1);
    assert.equal(valueAt({ a: 1 }, ["a", "b"]), undefined);
    assert.equal(valueAt({}, ["constructor"]), undefined);
  });

  it("are set where something is written, and not by an empty object", () => {
    const written = { mesh: { mode: "sidecar", ambient: {}, hosts: [], quota: false } };
    const set = (key: string) => isSet(written, ["mesh", key]);
    assert.deepEqual(["mode", "quota", "ambient", "hosts", "cni"].map(set), [true, true, false, false, false]);
    assert.equal(isSet(undefined, ["mesh"]), false);
  });
});
