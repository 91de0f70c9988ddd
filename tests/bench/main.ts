/**
 * `npm run bench [-- --runs N] [-- --model]`: times the model's growth and the sandbox's main commands, warm, and prints
 * medians beside their budgets, with the memory that a stack takes; then what proxies are told. With `--model` the model alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResultJson } from "../../cli/output/result-json.ts";
import { firstAnswer } from "./first-answer.ts";
import { hostLines } from "./hosts.ts";
import { measure, median, type Run } from "./measure.ts";
import { proportionalMiB } from "./memory.ts";
import { modelLines } from "./model.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** A stack that is brought up from nothing. Budgets hold on two cores with the toolchain in the cache. */
interface Case {
  readonly stack: string;
  /** Seconds that a preview of the empty state may take. Undefined: it is not measured. */
  readonly previewBudget?: number;
  readonly upBudget: number;
  /** MiB that everything may take: the cluster at rest, and the command at its peak. */
  readonly ceiling: number;
}

const CASES: readonly Case[] = [
  { stack: "dev", upBudget: 45, ceiling: 4096 },
  { stack: "prod", previewBudget: 6, upBudget: 75, ceiling: 7168 },
];

/** How long a stack is left alone before its memory is read. */
const REST_MS = 20_000;

/** Figures of one run, by what is measured. */
type Figures = Partial<Record<"preview" | "up" | "answer" | "again" | "peak" | "rest", number>>;

async function mesh(sandbox: string, ...args: string[]): Promise<Run> {
  const npm = ["npm", "run", "--silent", "--prefix", PROJECT, "mesh", "--"];
  return measure([...npm, ...args, "--sandbox-dir", sandbox, "--json"], join(sandbox, args[1] ?? "", "control-plane"));
}

/** Each run starts from nothing: its own folder, and no process left from the one before. */
async function runOnce({ stack, previewBudget }: Case): Promise<Figures> {
  const sandbox = mkdtempSync(join(tmpdir(), "mesh-bench-"));
  const cluster = join(sandbox, stack, "control-plane");
  const stop = new AbortController();
  try {
    const preview = previewBudget === undefined ? undefined : await mesh(sandbox, "preview", stack);
    const answered = firstAnswer(join(cluster, "forwards.json"), stop.signal);
    const up = await mesh(sandbox, "up", stack);
    // A gateway that answers only after `up` has ended counts too, one that does not, does not.
    const answer = await Promise.race([answered, sleep(REST_MS)]);
    await sleep(REST_MS);
    const rest = proportionalMiB(cluster);
    const again = await mesh(sandbox, "up", stack);
    assertUnchanged(again.lastLine);
    return {
      ...(preview === undefined ? {} : { preview: preview.seconds }),
      up: up.seconds,
      again: again.seconds,
      ...(answer === undefined ? {} : { answer }),
      ...(up.peakMiB === undefined ? {} : { peak: up.peakMiB }),
      ...(rest === undefined ? {} : { rest }),
    };
  } finally {
    stop.abort();
    await mesh(sandbox, "down");
    rmSync(sandbox, { recursive: true, force: true });
  }
}

function assertUnchanged(json: string): void {
  const { changes } = JSON.parse(json) as ResultJson;
  if (changes.create + changes.update + changes.replace + changes.delete > 0) {
    throw new Error(`the second up changed something: ${JSON.stringify(changes)}`);
  }
}

function lines({ stack, previewBudget, upBudget, ceiling }: Case, runs: readonly Figures[]): string[] {
  const of = (key: keyof Figures): number[] => runs.flatMap((figures) => figures[key] ?? []);
  const timed = (name: string, key: keyof Figures, budget?: number): string => {
    const values = of(key);
    const figures = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
      (values.length === 0 ? "none" : `${value.toFixed(1)} s`).padStart(9),
    );
    return `${name.padEnd(34)}${figures.join("")}${budget === undefined ? "" : `${budget} s`.padStart(10)}`;
  };
  const [rest, peak] = [of("rest"), of("peak")].map((values) => Math.max(0, ...values));
  const memory = (rest ?? 0) + (peak ?? 0);
  return [
    ...(previewBudget === undefined ? [] : [timed(`preview ${stack} on an empty state`, "preview", previewBudget)]),
    timed(`up ${stack} from nothing`, "up", upBudget),
    timed("  until the gateway answers", "answer"),
    timed("  a second up, unchanged", "again"),
    rest === 0
      ? "  memory: unknown"
      : `  memory: ${rest?.toFixed(0)} MiB at rest, ${peak?.toFixed(0)} MiB of command and engine at their peak, ${memory.toFixed(0)} of ${ceiling} MiB in all`,
  ];
}

function runsAsked(): number {
  const index = process.argv.indexOf("--runs");
  const runs = index < 0 ? 3 : Number(process.argv[index + 1]);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error("--runs: expected a whole number above 0");
  }
  return runs;
}

const runs = runsAsked();
console.log(`${runs} runs each, ${cpus().length} processors, ${new Date().toISOString().slice(0, 10)}`);
console.log(modelLines(runs).join("\n"));
console.log("case                                 median      min      max    budget");
for (const item of process.argv.includes("--model") ? [] : CASES) {
  const results: Figures[] = [];
  for (let run = 0; run < runs; run += 1) {
    results.push(await runOnce(item));
  }
  console.log(lines(item, results).join("\n"));
}
console.log("");
for (const line of hostLines()) {
  console.log(line);
}
