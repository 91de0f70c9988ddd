import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StackStatus } from "../../sandbox/driver/commands/index.ts";
import type { FaultRule } from "../../sandbox/providers/protocol/faults.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How a run of the command ended. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that is under way. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** What it wrote to stderr so far. */
  stderr(): string;
  readonly outcome: Promise<CommandOutcome>;
}

/** What may differ in one run. */
export interface RunOptions {
  readonly faults?: readonly FaultRule[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The engine writes the whole state after each step, which is a tenth of all that an `up` costs here. Only a run that is
 * killed needs it.
 */
export const STATE_AT_THE_END = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** A copy of the project's stack files in a temporary folder, and the command run on it as a user runs it. */
export class TemporaryProject {
  readonly dir = mkdtempSync(join(tmpdir(), "mesh-e2e-"));
  readonly #running = new Set<ChildProcess>();
  #transcript = "";

  /** Everything that the commands wrote so far, on both streams. */
  get transcript(): string {
    return this.#transcript;
  }

  readonly #environment: Readonly<Record<string, string>>;

  /** @param kills whether runs are killed, and the next one must know what they did. Default: false. */
  constructor({ kills = false } = {}) {
    this.#environment = { NODE_OPTIONS: "", ...(kills ? {} : STATE_AT_THE_END) };
    for (const file of readdirSync(ROOT).filter((name) => /^Pulumi(\.[\w-]+)?\.yaml$/.test(name))) {
      cpSync(join(ROOT, file), join(this.dir, file));
    }
    cpSync(join(ROOT, "catalogs"), join(this.dir, "catalogs"), { recursive: true });
  }

  /** Path of a file of this copy. */
  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** Replaces text in a file. @throws Error when the text is not there, so that a test never passes by doing nothing. */
  edit(file: string, from: string | RegExp, to: string): void {
    const before = readFileSync(this.path(file), "utf8");
    const after = before.replace(from, to);
    if (after === before) {
      throw new Error(`${file} holds no ${String(from)}`);
    }
    writeFileSync(this.path(file), after);
  }

  /** Makes a stack as small as can be, for tests that are not about what it holds: three Deployments of the application, no addons. */
  shrink(stack: string): void {
    const file = `Pulumi.${stack}.yaml`;
    this.edit(file, "config:", "config:\n  ecommerce-mesh:catalog: { name: frontend-backend }");
    this.edit(file, /\n {2}ecommerce-mesh:observability:\n( {4}.*\n)+/, "\n");
    this.edit(file, /\n.*\n {4}rateLimitService:.*/, "");
  }

  /** Starts `mesh ...` and returns at once. */
  start(args: readonly string[], options: RunOptions = {}): RunningCommand {
    const faults = options.faults === undefined ? {} : { MESH_SANDBOX_FAULTS: JSON.stringify(options.faults) };
    const node = ["--disable-warning=ExperimentalWarning", "--experimental-transform-types", join(ROOT, "cli/main.ts")];
    const child = spawn(process.execPath, [...node, ...args], {
      cwd: this.dir,
      // Without the loader that the tests themselves run under.
      env: { ...process.env, ...this.#environment, ...faults, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      this.#transcript += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      this.#transcript += text;
    });
    const outcome = new Promise<CommandOutcome>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        this.#running.delete(child);
        resolve({ code, stdout, stderr });
      });
    });
    return { child, stderr: () => stderr, outcome };
  }

  /** Runs `mesh ...` to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<CommandOutcome> {
    return this.start(args, options).outcome;
  }

  /** Runs `mesh ... --json` and returns the last line of stdout. @throws Error with stderr when it does not exit with 0. */
  async json<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, "--json"], options);
    if (code !== 0) {
      throw new Error(`mesh ${args.join(" ")} ended with ${code ?? "a signal"}:\n${stderr}`);
    }
    return lastJson<T>(stdout);
  }

  /** Ends whatever still runs and deletes the folder. */
  async remove(): Promise<void> {
    this.#running.forEach((child) => child.kill("SIGKILL"));
    if (existsSync(this.path(".sandbox"))) {
      await this.run(["down", "--purge"]);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The object in the last line, taken for what the caller says it is. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast at every call would say no more
export function lastJson<T>(stdout: string): T {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as T;
}

/** Asks again and again until the answer is not undefined. @throws Error after `timeoutMs`. */
export async function eventually<T>(what: string, timeoutMs: number, ask: () => T | undefined): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `mesh status STACK --json`. @throws Error when it says nothing of the stack. */
export async function statusOf(project: TemporaryProject, stack: string): Promise<StackStatus> {
  const { stacks } = await project.json<{ stacks: StackStatus[] }>(["status", stack]);
  const [status] = stacks;
  if (status === undefined) {
    throw new Error(`mesh status says nothing of ${stack}`);
  }
  return status;
}
