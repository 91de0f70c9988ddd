/** Prometheus's own packages as a program: checks rules, evaluates them over series, and takes queries apart. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildGoProgram } from "../go-program.ts";

/** One series in the notation of `promtool test rules`, such as `0+60x30`. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** Series, and the time at which the alerts are looked at. */
export interface FireCase {
  /** Time between samples, such as `1m`. */
  readonly interval: string;
  readonly series: readonly Series[];
  readonly at: string;
}

/** An alert that fires. */
export interface FiringAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a query asks for; `error` when it is no PromQL. */
export interface ParsedQuery {
  readonly error?: string;
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** As `promtool check rules`. */
export async function checkRules(
  file: string,
): Promise<{ readonly errors: readonly string[]; readonly rules: number }> {
  return ask({ check: file });
}

/** As `promtool test rules`: what fires at the end of each case. */
export async function fireRules(rules: string, cases: readonly FireCase[]): Promise<readonly FiringAlert[][]> {
  return (await ask<{ cases: FiringAlert[][] }>({ fire: { rules, cases } })).cases;
}

/** Metrics and labels of each query, by Prometheus's own parser. */
export async function parseQueries(queries: readonly string[]): Promise<readonly ParsedQuery[]> {
  return (await ask<{ queries: ParsedQuery[] }>({ parse: queries })).queries;
}

/** Builds the program into the user's cache, once. */
export async function buildPromql(): Promise<string> {
  return buildGoProgram("promql", join(import.meta.dirname, "go"));
}

async function ask<Answer>(question: object): Promise<Answer> {
  const program = await buildPromql();
  return new Promise((resolve, reject) => {
    const child = spawn(program, { stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(output.stdout) as Answer) : reject(new Error(output.stderr)),
    );
    child.stdin.end(JSON.stringify(question));
  });
}
