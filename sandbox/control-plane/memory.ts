import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../../mesh/stack/errors.ts";

/** MiB below which no stack's pods are started: the smallest one takes about as much, and the kernel would end its programs. */
const LEAST_MIB = 1536;

/**
 * Refuses to start pods on a Linux machine without memory for them.
 * @param root of the file system
 * @throws CommandError `control-plane.memory`
 */
export function assertMemory(root = "/"): void {
  const available = availableMiB(root);
  if (available < LEAST_MIB) {
    throw new CommandError(
      "control-plane.memory",
      `${Math.floor(available)} MiB of memory are free, and the pods of a stack need ${LEAST_MIB} at least`,
      "End something else (mesh status shows stacks that run), or have pods placed and not run: MESH_PODS=placed",
    );
  }
}

/** What the kernel can give without swapping, to this control group or to the machine. */
function availableMiB(root: string): number {
  const numberIn = (path: string, pattern: RegExp): number =>
    existsSync(join(root, path)) ? Number(pattern.exec(readFileSync(join(root, path), "utf8"))?.[1] ?? NaN) : NaN;
  const machine = numberIn("proc/meminfo", /^MemAvailable:\s+(\d+) kB/m) / 1024;
  const limit = numberIn("sys/fs/cgroup/memory.max", /^(\d+)/);
  // Files that were read lately count as used, and go when somebody needs the memory.
  const files = numberIn("sys/fs/cgroup/memory.stat", /^inactive_file (\d+)/m);
  const group = (limit - numberIn("sys/fs/cgroup/memory.current", /^(\d+)/) + files) / 1024 ** 2;
  return Math.min(...[machine, group].filter((value) => !Number.isNaN(value)));
}
