/** Prometheus's own packages as a program: checks rules, evaluates them over series, and takes queries apart. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../../../sandbox/toolchain/cache.ts";
import { findGo } from "../../../sandbox/toolchain/go.ts";

const SOURCE = join(import.meta.dirname, "go");

/** What builds it: everything that decides its content. */
const FILES = ["go.mod", "go.sum", "main.go"] as const;

/** Milliseconds that its first build may take. It took 5 min 9 s on two cores that others used too (2026-11-21). */
export const PROMQL_BUILD_MS = 900_000;

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

/**
 * Builds the program into the user's cache, once.
 * @throws SandboxError `toolchain.go-missing` where there is no Go.
 */
export async function buildPromql(): Promise<string> {
  const digest = createHash("sha256");
  FILES.forEach((file) => digest.update(readFileSync(join(SOURCE, file))));
  digest.update(`${process.platform}/${process.arch}`);
  const place = { env: process.env, platform: process.platform, arch: process.arch };
  const dir = join(cacheRoot(place), "test-tools", digest.digest("hex").slice(0, 16));
  const target = join(dir, "promql");
  if (existsSync(target)) {
    return target;
  }
  const required = /^go (\S+)$/m.exec(readFileSync(join(SOURCE, "go.mod"), "utf8"))?.[1] ?? "";
  const go = await findGo(SOURCE, required, { env: process.env });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unfinished = `${target}.${process.pid}.unfinished`;
  const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  const result = await go.run(SOURCE, ["build", ...flags, "-o", unfinished, "."]);
  if (result.code !== 0) {
    throw new Error(`the program that tests PromQL cannot be built:\n${result.stderr}`);
  }
  // Two runs that build at the same time rename the same program.
  renameSync(unfinished, target);
  return target;
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
