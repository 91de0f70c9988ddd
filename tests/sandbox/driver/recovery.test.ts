import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { placesOf, stackPaths } from "../../../sandbox/driver/paths.ts";
import { assertObjectsKept } from "../../../sandbox/driver/recovery.ts";

describe("a state whose API server lost its data", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-lost-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const paths = () => stackPaths(placesOf({ projectDir: dir }), "dev");
  const writeState = (type: string): void => {
    const latest = { resources: [{ urn: "u", type, custom: true }] };
    mkdirSync(dirname(paths().checkpoint), { recursive: true });
    writeFileSync(paths().checkpoint, JSON.stringify({ version: 3, checkpoint: { stack: "dev", latest } }));
  };

  it("is refused, because every lost object would count as unchanged", () => {
    writeState("kubernetes:core/v1:Namespace");
    assert.throws(() => assertObjectsKept(paths()), { code: "state.cluster-lost", remediation: /down dev --purge/ });
  });

  it("is no concern while the data are there, before the first object, or of a stack that was never up", () => {
    assertObjectsKept(paths());
    writeState("aws:ec2/vpc:Vpc");
    assertObjectsKept(paths());
    writeState("kubernetes:core/v1:Namespace");
    mkdirSync(join(paths().controlPlane, "etcd"), { recursive: true });
    assertObjectsKept(paths());
  });
});
