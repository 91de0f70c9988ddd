import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { isRunning, waitUntilGone, type ProcessIdentity } from "../processes/process-identity.ts";
import { PROGRAM_NAMES, type Layout, type ProgramName } from "./layout.ts";
import { readPidFile, removePidFile, writePidFile } from "./pid-file.ts";
import type { Command } from "./programs.ts";
import { programsBelow } from "./strays.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Milliseconds that a program gets to end by itself. The API server waits for open watches, and needs not to. */
const GRACE_MS: Readonly<Record<ProgramName, number>> = {
  etcd: 5000,
  "kube-apiserver": 1500,
  "kube-controller-manager": 500,
  "kube-scheduler": 500,
  "mesh-node": 500,
  kwok: 500,
};

/**
 * Starts a program that lives on when this command ends; its output goes to its log.
 * @throws CommandError `control-plane.start-failed` when the program cannot be executed.
 */
export async function startProgram(layout: Layout, program: ProgramName, command: Command): Promise<ProcessIdentity> {
  const log = layout.log(program);
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  if (existsSync(log)) {
    renameSync(log, layout.previousLog(program));
  }
  const output = openSync(log, "a", 0o600);
  try {
    const env = { PATH: "/usr/bin:/bin", HOME: layout.dir, ...command.env };
    // Detached: a session of its own, so that Ctrl-C in the terminal does not reach it.
    const child = spawn(command.path, command.args, {
      cwd: layout.dir,
      env,
      detached: true,
      stdio: ["ignore", output, output],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    const identity = child.pid === undefined ? undefined : writePidFile(layout.pidFile(program), child.pid);
    if (identity === undefined) {
      throw diedError(layout, program);
    }
    return identity;
  } catch (error) {
    if (error instanceof CommandError) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError("control-plane.start-failed", `${program} could not be started: ${reason}`, undefined, {
      cause: error,
    });
  } finally {
    closeSync(output);
  }
}

/** The programs of this directory that run now. */
export function runningPrograms(layout: Layout): Partial<Record<ProgramName, ProcessIdentity>> {
  const running: Partial<Record<ProgramName, ProcessIdentity>> = {};
  for (const program of PROGRAM_NAMES) {
    const identity = readPidFile(layout.pidFile(program));
    if (identity !== undefined) {
      running[program] = identity;
    }
  }
  return running;
}

/** Ends every program of this directory, clients before servers, and forgets them. */
export async function stopPrograms(layout: Layout): Promise<void> {
  const clients = ["kwok", "kube-scheduler", "kube-controller-manager"] as const;
  await Promise.all(clients.map((program) => stopProgram(layout, program)));
  await stopProgram(layout, "kube-apiserver");
  await stopProgram(layout, "etcd");
  // What no pid file led to: it would hold data and ports for ever.
  await Promise.all(programsBelow(layout.dir).map(({ program, identity }) => endProcess(identity, GRACE_MS[program])));
}

/** The error of a program that is gone: its name and the last words of its log. */
export function diedError(layout: Layout, program: ProgramName): CommandError {
  const said = logTail(layout.log(program), 5);
  return new CommandError(
    "control-plane.died",
    `${program} of the local control plane ended unexpectedly${said === "" ? " and wrote nothing" : `; it last said:\n${said}`}`,
    `The whole log is ${layout.log(program)}. The next command starts the control plane again on the same data.`,
  );
}

/** The last lines of a log that are not blank, each cut at 400 characters. */
export function logTail(path: string, count: number): string {
  if (!existsSync(path)) {
    return "";
  }
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines
    .slice(-count)
    .map((line) => line.slice(0, 400))
    .join("\n");
}

async function stopProgram(layout: Layout, program: ProgramName): Promise<void> {
  const identity = readPidFile(layout.pidFile(program));
  if (identity !== undefined) {
    await endProcess(identity, GRACE_MS[program]);
  }
  removePidFile(layout.pidFile(program));
}

async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signalProcess(identity, "SIGTERM");
  if (!(await waitUntilGone(identity, graceMs))) {
    signalProcess(identity, "SIGKILL");
    await waitUntilGone(identity, 5000);
  }
}

function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) {
    return;
  }
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    // ESRCH: it ended between the look and the signal.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) {
      throw error;
    }
  }
}
