import { spawn, type ChildProcess } from "node:child_process";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { plainText } from "./changes.ts";
import { receiveEvents } from "./engine-events.ts";
import { serveProgram, type Program } from "./language-host.ts";
import { identifyProcess, type ProcessIdentity } from "../processes/process-identity.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** What the engine can be asked for. */
export type EngineOperation = "preview" | "up" | "destroy";

/** One run of the engine. */
export interface EngineRun {
  readonly operation: EngineOperation;
  /** Path of the `pulumi` program. */
  readonly pulumi: string;
  /** Directory of Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Not needed to destroy. */
  readonly program?: Program;
  /** Asks the engine to stop in good order: it finishes what is under way and saves its state. */
  readonly signal?: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
  /** Called with the engine's process once it runs, and with undefined when it has ended. */
  readonly onProcess: (engine: ProcessIdentity | undefined) => void;
  /** Called when the engine has ended, also by a kill: ends what it left. Must not wait. */
  readonly onEnd: () => void;
}

/** How a run ended. */
export interface EngineResult {
  /** 0 when all is well. */
  readonly exitCode: number;
  /** The last that it wrote to stderr, for messages that come without an event. */
  readonly stderr: string;
}

/** Steps at a time. Most of them wait for the API server and cost nothing meanwhile, so many more than processors. */
const PARALLEL = 32;
/** After this long the engine is told a second time, and it gives up what is still under way. */
const PATIENCE_MS = 8000;
const KILL_AFTER_MS = 4000;

/**
 * Runs the engine once: one process, an inline program, events over loopback.
 * @throws CommandError `engine.missing` when the program cannot be started.
 */
export async function runEngine(run: EngineRun): Promise<EngineResult> {
  const events = await receiveEvents(run.onEvent);
  const host = run.program === undefined ? undefined : await serveProgram(run.program);
  try {
    const child = spawn(run.pulumi, engineArguments(run, events.address, host?.address), {
      cwd: run.project,
      env: run.environment,
      stdio: ["ignore", "ignore", "pipe"],
      // A Ctrl-C at the terminal reaches every process of the group at once; the engine hears of it from us alone.
      detached: true,
    });
    return await attend(child, run);
  } finally {
    host?.close();
    events.close();
  }
}

function engineArguments(run: EngineRun, events: string, client: string | undefined): string[] {
  return [
    run.operation,
    ...(run.operation === "preview" ? [] : ["--yes", "--skip-preview"]),
    ...["--stack", run.stack, "--non-interactive", "--parallel", String(PARALLEL), "--event-log", events],
    ...(client === undefined ? [] : ["--client", client, "--exec-kind", "auto.inline"]),
    // What is printed goes nowhere: the events say it all.
    ...["--suppress-outputs", "--color", "never"],
  ];
}

async function attend(child: ChildProcess, run: EngineRun): Promise<EngineResult> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-8000);
  });
  const killWithUs = (): void => {
    child.kill("SIGKILL");
    run.onEnd();
  };
  process.once("exit", killWithUs);
  const stopCancelling = cancelOnAbort(child, run.signal);
  try {
    const ended = exitOf(child, run.pulumi);
    run.onProcess(child.pid === undefined ? undefined : identifyProcess(child.pid));
    const exitCode = await ended;
    return { exitCode, stderr: plainText(stderr) };
  } finally {
    stopCancelling();
    process.off("exit", killWithUs);
    run.onProcess(undefined);
    run.onEnd();
  }
}

async function exitOf(child: ChildProcess, pulumi: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        new CommandError(
          "engine.missing",
          `the Pulumi engine cannot be started: ${pulumi}: ${error.message}`,
          undefined,
          { cause: error },
        ),
      ),
    );
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Returns what undoes it. */
function cancelOnAbort(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  const timers: NodeJS.Timeout[] = [];
  const cancel = (): void => {
    child.kill("SIGINT");
    timers.push(setTimeout(() => child.kill("SIGINT"), PATIENCE_MS));
    timers.push(setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS + KILL_AFTER_MS));
  };
  if (signal?.aborted === true) {
    cancel();
  } else {
    signal?.addEventListener("abort", cancel, { once: true });
  }
  return () => {
    signal?.removeEventListener("abort", cancel);
    timers.forEach((timer) => clearTimeout(timer));
  };
}
