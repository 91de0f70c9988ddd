import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identifyProcess, isRunning, type ProcessIdentity } from "../processes/process-identity.ts";
import { replaceFile } from "../processes/replace-file.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Who works on a stack: the content of the lock file. */
export interface LockOwner extends ProcessIdentity {
  /** The command, e.g. `up`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
  /** The Pulumi engine that this command started, while it runs: it outlives a killed owner. */
  readonly engine?: ProcessIdentity;
}

/** A held lock. */
export interface StackLock {
  /** The owner that was found dead and whose lock was taken over; undefined after an orderly end. */
  readonly previous?: LockOwner;
  /** Writes the engine's identity into the lock, so that the next command can find an engine that lost its owner. */
  recordEngine(engine: ProcessIdentity | undefined): void;
  /** Frees the stack. Safe to call twice. */
  release(): void;
}

/**
 * Takes the lock of a stack, or takes over that of a dead process.
 * @throws CommandError `stack.busy` while another process works on the stack.
 */
export function acquireLock(path: string, stack: string, command: string): StackLock {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const self = identifyProcess(process.pid) ?? { pid: process.pid, started: "" };
  const owner: LockOwner = { ...self, command, since: new Date().toISOString() };
  let previous: LockOwner | undefined;
  // Each round either takes the lock, refuses, or removes one dead lock; a few rounds cover processes that race.
  for (let round = 0; round < 10; round++) {
    if (createExclusively(path, owner)) {
      return heldLock(path, owner, previous);
    }
    const found = readOwner(path);
    if (found === undefined) {
      continue;
    }
    if (found !== "unreadable" && isRunning(found)) {
      throw busy(stack, found);
    }
    if (removeDead(path, found)) {
      previous = found === "unreadable" ? { ...owner, pid: 0, command: "unknown" } : found;
    }
  }
  throw new CommandError(
    "stack.busy",
    `the stack ${stack} is being taken by several commands at once`,
    "Run one command at a time.",
  );
}

/** The process that works on the stack now, or undefined. */
export function currentOwner(path: string): LockOwner | undefined {
  const found = readOwner(path);
  return found !== undefined && found !== "unreadable" && isRunning(found) ? found : undefined;
}

function heldLock(path: string, owner: LockOwner, previous: LockOwner | undefined): StackLock {
  let released = false;
  return {
    ...(previous === undefined ? {} : { previous }),
    recordEngine(engine) {
      if (!released) {
        replaceFile(path, JSON.stringify(engine === undefined ? owner : { ...owner, engine }));
      }
    },
    release() {
      if (!released) {
        released = true;
        rmSync(path, { force: true });
      }
    },
  };
}

/** A link, and not an exclusive open, so that the file is never seen empty. */
function createExclusively(path: string, owner: LockOwner): boolean {
  const temporary = `${path}.${owner.pid}`;
  writeFileSync(temporary, JSON.stringify(owner), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      return false;
    }
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readOwner(path: string): LockOwner | "unreadable" | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : "unreadable";
  } catch {
    // Cut off by a power failure: nobody alive writes a lock in two steps.
    return "unreadable";
  }
}

/**
 * Moves the dead lock aside and looks at it again: another process may have taken the stack between our look and our
 * move, and its lock goes back.
 */
function removeDead(path: string, dead: LockOwner | "unreadable"): boolean {
  const aside = `${path}.dead-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return false;
    }
    throw error;
  }
  const moved = readOwner(aside);
  const same = JSON.stringify(moved) === JSON.stringify(dead);
  if (!same) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) {
        throw error;
      }
    }
  }
  rmSync(aside, { force: true });
  return same;
}

function busy(stack: string, owner: LockOwner): CommandError {
  const since = owner.since.slice(11, 19);
  return new CommandError(
    "stack.busy",
    `the stack ${stack} is being worked on by process ${owner.pid} (mesh ${owner.command}, since ${since} UTC)`,
    `Wait until it ends, or end it with: kill -INT ${owner.pid}`,
  );
}

function isOwner(value: unknown): value is LockOwner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "started" in value &&
    typeof value.started === "string" &&
    "command" in value &&
    typeof value.command === "string" &&
    "since" in value &&
    typeof value.since === "string"
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
