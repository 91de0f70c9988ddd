/** A real OpenTelemetry collector, built from its Go modules, with the components of the stack's configuration. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGoProgram } from "../go-program.ts";

/** Builds the program into the user's cache, once. */
export async function buildCollector(): Promise<string> {
  return buildGoProgram("collector", join(import.meta.dirname, "go"));
}

/**
 * What `validate --config` has to say of a configuration: undefined when nothing.
 * @param config as the chart writes it; JSON is YAML
 */
export async function complaintOf(config: unknown): Promise<string | undefined> {
  return withConfig(config, async (program, file) => {
    const { code, stderr } = await start(program, ["validate", `--config=${file}`], { MY_POD_IP: "127.0.0.1" }).ended;
    return code === 0 ? undefined : stderr;
  });
}

/**
 * Runs the collector while `use` works with it, and ends it.
 * @param env variables that the configuration refers to
 * @throws Error with what it said when it does not become ready
 */
export async function whileCollecting<T>(
  config: unknown,
  env: Readonly<Record<string, string>>,
  use: () => Promise<T>,
): Promise<T> {
  return withConfig(config, async (program, file) => {
    const collector = start(program, [`--config=${file}`], env);
    try {
      await collector.says("Everything is ready");
      return await use();
    } finally {
      collector.end();
      await collector.ended;
    }
  });
}

async function withConfig<T>(config: unknown, use: (program: string, file: string) => Promise<T>): Promise<T> {
  const program = await buildCollector();
  const dir = mkdtempSync(join(tmpdir(), "mesh-collector-"));
  const file = join(dir, "config.yaml");
  writeFileSync(file, JSON.stringify(config));
  try {
    return await use(program, file);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Running {
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  /** Waits until it has written a text. */
  says(text: string): Promise<void>;
  end(): void;
}

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  let stderr = "";
  const heard = new Set<() => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard.forEach((listener) => listener());
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr }));
  }).finally(() => process.removeListener("exit", kill));
  const says = async (text: string) => {
    const said = new Promise<void>((resolve) => {
      const listener = () => (stderr.includes(text) ? resolve() : undefined);
      heard.add(listener);
      listener();
    });
    const stopped = ended.then(({ stderr: all }) => Promise.reject(new Error(`the collector ended: ${all}`)));
    await Promise.race([said, stopped]);
  };
  return { ended, says, end: kill };
}
