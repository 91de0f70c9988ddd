import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addResources,
  clearPending,
  ensureStack,
  readState,
  readyForDestroy,
  removeResources,
} from "../../../sandbox/driver/checkpoint.ts";

describe("the engine's state file", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-state-"));
    path = join(dir, "stacks", "dev.json");
    ensureStack(path, "organization/ecommerce-mesh/dev");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const pending = (urn: string, type: string, inputs: object) => ({
    resource: { urn, type, custom: true, inputs },
    type: "creating",
  });
  const write = (latest: object): void =>
    writeFileSync(path, JSON.stringify({ version: 3, checkpoint: { stack: "s", latest } }));

  it("of a new stack is empty", () => {
    assert.deepEqual(readState(path), { resources: [], pending: [] });
    assert.deepEqual(readState(join(dir, "none.json")), { resources: [], pending: [] });
  });

  it("loses its unfinished operations once they are taken up", () => {
    write({ resources: [], pending_operations: [pending("u1", "aws:ec2/vpc:Vpc", {})] });
    assert.equal(readState(path).pending.length, 1);
    clearPending(path);
    assert.deepEqual(readState(path).pending, []);
  });

  it("takes up what was made unrecorded after all that was, once, and lets go of what is gone", () => {
    const resource = (urn: string, id?: string) => ({ urn, type: "kubernetes:core/v1:Secret", custom: true, id });
    write({ resources: [resource("u1", "a"), resource("u2", "b")] });
    addResources(path, [resource("u1", "another"), resource("u3", "c")]);
    removeResources(path, ["u2"]);
    const ids = readState(path).resources.map(({ urn, id }) => [urn, id]);
    assert.deepEqual(ids, [
      ["u1", "a"],
      ["u3", "c"],
    ]);
  });

  it("is made ready for a destroy: nothing is protected, and providers ask at the address of today", () => {
    const inputs = { kubeconfig: "of an earlier start", clusterIdentifier: "shop" };
    write({
      resources: [
        { urn: "u1", type: "aws:eks/cluster:Cluster", inputs, protect: true },
        { urn: "u2", type: "pulumi:providers:kubernetes", inputs },
      ],
    });
    assert.equal(readyForDestroy(path), 1);
    const { resources } = readState(path);
    assert.deepEqual(
      resources.map((resource) => resource.inputs),
      [inputs, { clusterIdentifier: "shop" }],
    );
    assert.equal(readyForDestroy(path), 0);
  });

  it("that is cut off is an error with the remediation, and stays as it is", () => {
    writeFileSync(path, '{"version": 3, "check');
    assert.throws(() => readState(path), { code: "state.unreadable" });
    assert.equal(readFileSync(path, "utf8"), '{"version": 3, "check');
  });

  it("that is JSON but no checkpoint is refused like one that is no JSON, and a backup is named only where there is one", () => {
    for (const text of ["{}", "null", "[]", "{"]) {
      writeFileSync(path, text);
      assert.throws(() => readState(path), {
        code: "state.unreadable",
        remediation: "Start again with: mesh down --purge",
      });
    }
    writeFileSync(`${path}.bak`, "{}");
    assert.throws(() => readState(path), { remediation: /^Put the backup in its place/ });
  });
});
