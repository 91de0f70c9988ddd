import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4096;

/** A process of this machine. */
interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly residentBytes: number;
}

/**
 * Memory of a cluster at this moment, in MiB: of every process whose command line names its directory, and of all below
 * those, pods' programs too. Pages that several share count once in all (PSS). Undefined where there is no /proc.
 */
export function proportionalMiB(clusterDir: string): number | undefined {
  const processes = sampleProcesses();
  if (processes === undefined) {
    return undefined;
  }
  const kib = [...clusterOf(processes, clusterDir)].map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
      return 0;
    }
  });
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Resident memory of a command and of what it started, in MiB, without the cluster, which it starts too. */
export function residentMiB(root: number, clusterDir: string): number | undefined {
  const processes = sampleProcesses();
  if (processes === undefined) {
    return undefined;
  }
  const cluster = clusterOf(processes, clusterDir);
  const own = withDescendants(processes, new Set([root]), cluster);
  const bytes = processes.filter(({ pid }) => own.has(pid)).reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  return bytes / 2 ** 20;
}

function clusterOf(processes: readonly ProcessSample[], dir: string): ReadonlySet<number> {
  const named = processes.filter(({ command }) => command.includes(`${dir}/`));
  return withDescendants(processes, new Set(named.map(({ pid }) => pid)), new Set());
}

function withDescendants(
  processes: readonly ProcessSample[],
  roots: ReadonlySet<number>,
  without: ReadonlySet<number>,
): ReadonlySet<number> {
  const wanted = new Set(roots);
  // Until nothing is added: a child may stand before its parent in the list.
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent } of processes) {
      if (wanted.has(parent) && !without.has(pid)) {
        wanted.add(pid);
      }
    }
  }
  return wanted;
}

/** Every process of the machine; undefined where there is no /proc. One that ends meanwhile is left out. */
function sampleProcesses(): ProcessSample[] | undefined {
  let pids: number[];
  try {
    pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return undefined;
  }
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return [{ pid, parent: Number(fields[1]), command, residentBytes: Number(fields[21]) * PAGE_BYTES }];
    } catch {
      return [];
    }
  });
}
