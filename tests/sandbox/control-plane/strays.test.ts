import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopControlPlane } from "../../../sandbox/control-plane/index.ts";
import { foldersWithPrograms, programsBelow } from "../../../sandbox/control-plane/strays.ts";
import { sandboxedStacks } from "../../../sandbox/driver/commands/down.ts";

describe("programs of a control plane that no pid file leads to", () => {
  let base: string;
  let sandbox: string;
  let plane: string;
  let child: ChildProcess;

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), "mesh strays-"));
    sandbox = join(base, "sandbox");
    plane = join(sandbox, "dev", "control-plane");
    mkdirSync(plane, { recursive: true });
    const etcd = join(base, "etcd");
    symlinkSync(process.execPath, etcd);
    const idle = ["-e", "setTimeout(() => undefined, 60000)", "--"];
    child = spawn(etcd, [...idle, `--data-dir=${join(plane, "etcd")}`], { stdio: "ignore" });
    await new Promise((resolve) => child.once("spawn", resolve));
  });
  afterEach(() => {
    child.kill("SIGKILL");
    rmSync(base, { recursive: true, force: true });
  });

  const ended = () => new Promise((resolve) => child.once("exit", resolve));

  it("are found by the directory that they name, and by no other", () => {
    assert.deepEqual(
      programsBelow(plane).map(({ program, identity }) => [program, identity.pid]),
      [["etcd", child.pid]],
    );
    assert.deepEqual(programsBelow(join(sandbox, "de")), []);
    assert.deepEqual(foldersWithPrograms(sandbox), ["dev"]);
  });

  it("are ended when a pid file is broken", async () => {
    mkdirSync(join(plane, "run"));
    writeFileSync(join(plane, "run", "etcd.json"), "{");
    const end = ended();
    await stopControlPlane(plane);
    await end;
    assert.deepEqual(programsBelow(plane), []);
  });

  it("are known and ended when their whole folder was deleted", async () => {
    rmSync(sandbox, { recursive: true });
    assert.deepEqual(sandboxedStacks({ projectDir: base, sandboxDir: sandbox }), ["dev"]);
    const end = ended();
    await stopControlPlane(plane);
    await end;
  });
});
