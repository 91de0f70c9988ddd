import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One run of a command. */
export interface Run {
  readonly seconds: number;
  /** Peak resident memory of the command and of all that runs for its sandbox, in MiB; undefined where there is no /proc. */
  readonly peakMiB: number | undefined;
}

const SAMPLE_MS = 100;
const PAGE_BYTES = 4096;

/**
 * Runs a command to its end and measures it.
 * @param marker text in the command line of processes that belong to it but left its tree, as the control plane's do
 * @throws Error with the end of the command's output when it fails.
 */
export async function measure(command: readonly string[], marker: string): Promise<Run> {
  const [program = "", ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (text: Buffer): void => void (output = (output + text.toString()).slice(-4000));
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  let peak: number | undefined;
  const sampler = setInterval(() => {
    const now = residentMiB(child.pid ?? -1, marker);
    peak = now === undefined ? peak : Math.max(peak ?? 0, now);
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearInterval(sampler));
  if (code !== 0) {
    throw new Error(`${command.join(" ")} ended with ${code ?? "a signal"}:\n${output}`);
  }
  return { seconds: (performance.now() - started) / 1000, peakMiB: peak };
}

/** The middle value; of an even number of values the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly residentBytes: number;
}

function residentMiB(root: number, marker: string): number | undefined {
  const processes = sampleProcesses();
  if (processes === undefined) {
    return undefined;
  }
  const wanted = new Set([root]);
  // Until nothing is added: a child may stand before its parent in the list.
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent, command } of processes) {
      if (wanted.has(parent) || command.includes(marker)) {
        wanted.add(pid);
      }
    }
  }
  const bytes = processes
    .filter(({ pid }) => wanted.has(pid))
    .reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  return bytes / 2 ** 20;
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
