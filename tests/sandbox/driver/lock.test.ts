import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock, currentOwner, type LockOwner } from "../../../sandbox/driver/lock.ts";
import { identifyProcess, isRunning, waitUntilGone } from "../../../sandbox/processes/process-identity.ts";
import { CommandError } from "../../../mesh/stack/errors.ts";

describe("the lock of a stack", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mesh-lock-"));
    path = join(dir, "dev", "lock");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const leave = (owner: Partial<LockOwner>): void => {
    acquireLock(path, "dev", "up").release();
    writeFileSync(
      path,
      JSON.stringify({ pid: 1, started: "", command: "up", since: "2026-01-01T10:00:00.000Z", ...owner }),
    );
  };

  it("refuses a second command with one sentence that names the process", () => {
    const lock = acquireLock(path, "dev", "up");
    assert.throws(
      () => acquireLock(path, "dev", "destroy"),
      (error) =>
        error instanceof CommandError &&
        error.code === "stack.busy" &&
        error.message.includes(`process ${process.pid} (mesh up`),
    );
    lock.release();
    assert.equal(acquireLock(path, "dev", "destroy").previous, undefined);
  });

  it("is taken over from a dead process, whose engine it names", () => {
    leave({ pid: 2 ** 30, started: "never", engine: { pid: 77, started: "then" } });
    const lock = acquireLock(path, "dev", "up");
    assert.equal(lock.previous?.pid, 2 ** 30);
    assert.deepEqual(lock.previous.engine, { pid: 77, started: "then" });
    assert.equal(currentOwner(path)?.pid, process.pid);
    lock.release();
  });

  it("is taken over when the number belongs to a later process", () => {
    leave({ pid: process.pid, started: "another boot/1" });
    assert.equal(currentOwner(path), undefined);
    assert.equal(acquireLock(path, "dev", "up").previous?.started, "another boot/1");
  });

  it("is taken over when a power failure left it empty", () => {
    leave({});
    writeFileSync(path, "");
    assert.equal(acquireLock(path, "dev", "up").previous?.command, "unknown");
  });

  it("records the engine, and leaves no file behind", () => {
    const lock = acquireLock(path, "dev", "up");
    lock.recordEngine({ pid: 5, started: "now" });
    assert.deepEqual((JSON.parse(readFileSync(path, "utf8")) as LockOwner).engine, { pid: 5, started: "now" });
    lock.release();
    lock.release();
    lock.recordEngine({ pid: 6, started: "late" });
    assert.equal(existsSync(path), false);
  });
});

describe("the identity of a process", () => {
  it("ends with the process", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const identity = identifyProcess(child.pid ?? 0);
    try {
      assert.ok(identity !== undefined && isRunning(identity));
      assert.equal(isRunning({ ...identity, started: "another time" }), false);
      assert.equal(await waitUntilGone(identity, 60), false);
    } finally {
      child.kill("SIGKILL");
    }
    assert.equal(await waitUntilGone(identity, 5000), true);
  });
});
