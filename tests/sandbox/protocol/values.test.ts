import assert from "node:assert/strict";

import fc from "fast-check";

import { fromStruct, toStruct } from "../../../sandbox/providers/protocol/codec.ts";
import {
  containsSecrets,
  containsUnknowns,
  dependenciesOf,
  isMap,
  keepSecrets,
  lower,
  Opaque,
  OutputValue,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  reveal,
  Secret,
  toPlain,
  UNKNOWN,
} from "../../../sandbox/providers/protocol/index.ts";
import { propertyMaps } from "../../support/property-values.ts";

describe("property values", () => {
  it("come back from the wire as they were sent", () => {
    fc.assert(
      fc.property(propertyMaps(), (map) => {
        const bytes = toStruct(map).serializeBinary();
        const message = toStruct({}).constructor as unknown as { deserializeBinary(bytes: Uint8Array): never };
        assert.deepEqual(fromStruct(message.deserializeBinary(bytes)), map);
      }),
    );
  });

  it("know every sentinel of the engine as unknown", () => {
    const sentinel = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
    const struct = toStruct({ id: sentinel, nested: [sentinel] });
    assert.deepEqual(fromStruct(struct), { id: UNKNOWN, nested: [UNKNOWN] });
  });

  it("keep assets and references apart from plain objects", () => {
    const asset = new Opaque("c44067f5952c0a294b673a41bacd8c17", { text: "hello", hash: "1" });
    const reference = new ResourceReference("urn:x", UNKNOWN, "7.48.0");
    assert.deepEqual(fromStruct(toStruct({ asset, reference })), { asset, reference });
    assert.equal(isMap(asset), false);
  });

  it("are found unknown and secret at any depth, also inside each other", () => {
    const value: PropertyValue = [{ a: new Secret({ b: UNKNOWN }) }];
    assert.equal(containsUnknowns(value), true);
    assert.equal(containsSecrets(value), true);
    assert.equal(containsUnknowns(reveal([{ a: new Secret("x") }])), false);
  });

  it("refuse to become JSON while unknown", () => {
    assert.throws(() => toPlain({ a: [UNKNOWN] }), /not known yet/);
  });

  it("carry dependencies only as outputs and references, and lose them when lowered", () => {
    const value = { a: new OutputValue(new OutputValue("x", false, ["urn:2"]), true, ["urn:1"]) };
    assert.deepEqual(dependenciesOf(value), ["urn:1", "urn:2"]);
    assert.deepEqual(lower(value), { a: new Secret("x") });
  });
});

describe("keepSecrets", () => {
  it("hides exactly the part of an object whose input is secret", () => {
    const inputs = { auth: { user: "admin", password: new Secret("hunter2") } };
    const outputs = { auth: { user: "admin", password: "hunter2", host: "db" }, arn: "arn" };
    assert.deepEqual(keepSecrets(outputs, inputs), {
      auth: { user: "admin", password: new Secret("hunter2"), host: "db" },
      arn: "arn",
    });
  });

  it("hides a whole list when one element of the input is secret", () => {
    const outputs: PropertyMap = keepSecrets({ list: ["a", "b"] }, { list: ["a", new Secret("b")] });
    assert.deepEqual(outputs, { list: new Secret(["a", "b"]) });
  });
});
