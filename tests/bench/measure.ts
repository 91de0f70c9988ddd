import { spawn } from "node:child_process";
import { residentMiB } from "./memory.ts";

/** One run of a command. */
export interface Run {
  readonly seconds: number;
  /** Peak resident memory of the command and of its engine, in MiB, without the cluster; undefined where there is no /proc. */
  readonly peakMiB: number | undefined;
  /** Last line of the standard output. */
  readonly lastLine: string;
}

/** Each sample reads every process of the machine: often enough for a peak, and seldom enough not to make one. */
const SAMPLE_MS = 500;

/**
 * Runs a command to its end and measures it.
 * @param clusterDir directory of the control plane that the command may start, and which is not counted
 * @throws Error with the end of the command's output when it fails.
 */
export async function measure(command: readonly string[], clusterDir: string): Promise<Run> {
  const [program = "", ...args] = command;
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text: Buffer) => void (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => void (stderr = (stderr + text.toString()).slice(-4000)));
  let peak: number | undefined;
  const sampler = setInterval(() => {
    const now = residentMiB(child.pid ?? -1, clusterDir);
    peak = now === undefined ? peak : Math.max(peak ?? 0, now);
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearInterval(sampler));
  if (code !== 0) {
    throw new Error(`${command.join(" ")} ended with ${code ?? "a signal"}:\n${stderr}${stdout.slice(-4000)}`);
  }
  const lastLine = stdout.trimEnd().split("\n").at(-1) ?? "";
  return { seconds: (performance.now() - started) / 1000, peakMiB: peak, lastLine };
}

/** The middle value; of an even number of values the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
