/**
 * `npm run bench [-- --runs N] [-- --model]`: times the model's growth and the sandbox's main commands, warm, and prints
 * medians beside their budgets; then what proxies are told. With `--model` the model alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { hostLines } from "./hosts.ts";
import { measure, median, type Run } from "./measure.ts";
import { modelLines } from "./model.ts";

const PROJECT = join(import.meta.dirname, "..");

/** One thing that people wait for. */
interface Case {
  readonly name: string;
  readonly command: readonly string[];
  /** Seconds that it may take on two cores with the toolchain in the cache. */
  readonly budget: number;
}

const CASES: readonly Case[] = [
  { name: "preview prod on an empty state", command: ["preview", "prod"], budget: 6 },
  { name: "up dev from nothing (npm start)", command: ["up", "dev"], budget: 25 },
  { name: "up prod from nothing", command: ["up", "prod"], budget: 40 },
];

function mesh(sandbox: string, ...args: string[]): string[] {
  return ["npm", "run", "--silent", "--prefix", PROJECT, "mesh", "--", ...args, "--sandbox-dir", sandbox, "--json"];
}

/** Each run starts from nothing: its own folder, and no process left from the one before. */
async function runOnce({ command }: Case): Promise<Run> {
  const sandbox = mkdtempSync(join(tmpdir(), "mesh-bench-"));
  try {
    return await measure(mesh(sandbox, ...command), sandbox);
  } finally {
    await measure(mesh(sandbox, "down"), sandbox);
    rmSync(sandbox, { recursive: true, force: true });
  }
}

function runsAsked(): number {
  const index = process.argv.indexOf("--runs");
  const runs = index < 0 ? 5 : Number(process.argv[index + 1]);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error("--runs: expected a whole number above 0");
  }
  return runs;
}

const runs = runsAsked();
console.log(`${runs} runs each, ${cpus().length} processors, ${new Date().toISOString().slice(0, 10)}`);
console.log(modelLines(runs).join("\n"));
console.log("case                              median    min    max   budget   peak memory");
for (const item of process.argv.includes("--model") ? [] : CASES) {
  const results: Run[] = [];
  for (let run = 0; run < runs; run += 1) {
    results.push(await runOnce(item));
  }
  const seconds = results.map((result) => result.seconds);
  const peaks = results.flatMap(({ peakMiB }) => (peakMiB === undefined ? [] : [peakMiB]));
  const memory = peaks.length === 0 ? "unknown" : `${median(peaks).toFixed(0)} MiB`;
  const figures = [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) =>
    `${value.toFixed(1)} s`.padStart(7),
  );
  console.log(`${item.name.padEnd(32)} ${figures.join("")}  ${String(item.budget).padStart(4)} s   ${memory}`);
}
console.log("");
for (const line of hostLines()) {
  console.log(line);
}
