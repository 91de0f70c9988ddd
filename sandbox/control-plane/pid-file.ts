import { readFileSync, rmSync } from "node:fs";
import { identifyProcess, isRunning, type ProcessIdentity } from "../processes/process-identity.ts";
import { replaceFile } from "../processes/replace-file.ts";

/** Notes that a process runs for this directory. */
export function writePidFile(path: string, pid: number): ProcessIdentity | undefined {
  const identity = identifyProcess(pid);
  if (identity !== undefined) {
    replaceFile(path, JSON.stringify(identity));
  }
  return identity;
}

/** The process of a pid file if that very process still runs: a dead one, or a later one with its number, does not count. */
export function readPidFile(path: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
  const identity = parseIdentity(text);
  return identity !== undefined && isRunning(identity) ? identity : undefined;
}

/** Forgets a process. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "pid" in value && "started" in value) {
      const { pid, started } = value;
      // Without a start time the number alone would have to be trusted, and a wrong process could be ended.
      return typeof pid === "number" && typeof started === "string" && started !== "" ? { pid, started } : undefined;
    }
  } catch {
    // Not written by us: nothing to act on.
  }
  return undefined;
}
