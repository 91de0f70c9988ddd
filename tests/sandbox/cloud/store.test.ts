import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { seal, unseal } from "../../../sandbox/providers/cloud/sealing.ts";
import { CloudStore } from "../../../sandbox/providers/cloud/store.ts";
import { Secret } from "../../../sandbox/providers/protocol/index.ts";

describe("store of the fake cloud", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-cloud-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const vpc = {
    id: "vpc-1",
    type: "aws:ec2/vpc:Vpc",
    urn: "urn:vpc",
    inputs: { cidrBlock: "10.0.0.0/16" },
    outputs: {},
  };

  it("remembers objects and how many each URN had, readable by its owner only", () => {
    const path = join(directory, "deep", "cloud.json");
    const store = new CloudStore(path);
    assert.equal(store.nextGeneration("urn:vpc"), 0);
    store.put(vpc);
    const again = new CloudStore(path);
    assert.deepEqual(again.list(), [vpc]);
    assert.equal(again.nextGeneration("urn:vpc"), 1);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("tells objects of different types with one id apart", () => {
    const store = new CloudStore();
    store.put(vpc);
    store.put({ ...vpc, type: "other" });
    store.remove("other", "vpc-1");
    assert.deepEqual(store.list(), [vpc]);
  });

  it("says in one sentence when its file is damaged", () => {
    const path = join(directory, "cloud.json");
    writeFileSync(path, "{");
    assert.throws(() => new CloudStore(path), { code: "cloud.store-unreadable", message: /cannot be read/ });
  });

  it("never holds a secret, yet gives it back from the engine's state and sees when it changed", () => {
    const path = join(directory, "cloud.json");
    const inputs = { name: "db", auth: { password: new Secret("hunter2") } };
    new CloudStore(path).put({ ...vpc, inputs: seal(inputs) });
    assert.doesNotMatch(readFileSync(path, "utf8"), /hunter2/);
    const sealed = new CloudStore(path).list()[0]?.inputs ?? {};
    assert.deepEqual(unseal(sealed, inputs), inputs);
    assert.notDeepEqual(unseal(sealed, { name: "db", auth: { password: new Secret("other") } }), inputs);
  });
});
