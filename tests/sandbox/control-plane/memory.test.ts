import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assertMemory } from "../../../sandbox/control-plane/memory.ts";

const GIB = 1024 ** 3;

describe("memory for pods", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mesh-memory-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const machine = (gib: number) =>
    write("proc/meminfo", `MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable:   ${gib * 1024 ** 2} kB\n`);
  const group = (max: string, current: number, files: number): void => {
    write("sys/fs/cgroup/memory.max", `${max}\n`);
    write("sys/fs/cgroup/memory.current", `${current}\n`);
    write("sys/fs/cgroup/memory.stat", `anon 1\ninactive_file ${files}\n`);
  };

  it("is refused with 1 GiB left, with the two ways out", () => {
    machine(1);
    assert.throws(() => assertMemory(root), {
      code: "control-plane.memory",
      message: "1024 MiB of memory are free, and the pods of a stack need 1536 at least",
      remediation: /mesh status.*MESH_PODS=placed/,
    });
  });

  it("is what a container may use, without the files that it has read", () => {
    machine(16);
    assert.doesNotThrow(() => assertMemory(root));
    group("max", 8 * GIB, 0);
    assert.doesNotThrow(() => assertMemory(root), "no limit");
    group(String(8 * GIB), 7.5 * GIB, 2 * GIB);
    assert.doesNotThrow(() => assertMemory(root));
    group(String(8 * GIB), 7.5 * GIB, 0);
    assert.throws(() => assertMemory(root), { message: /^512 MiB of memory are free/ });
  });

  it("is not asked where nobody can tell", () => {
    assert.doesNotThrow(() => assertMemory(root));
  });
});
