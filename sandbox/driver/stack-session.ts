import { readStackFile, type Stack } from "../../mesh/load/load.ts";
import { Interrupted } from "./errors.ts";
import { acquireLock, type StackLock } from "./lock.ts";
import type { DriverOptions } from "./options.ts";
import { stackPaths, type StackPaths } from "./paths.ts";
import { freeStack } from "./recovery.ts";

/** A command's hold on one stack. */
export interface StackSession {
  readonly command: string;
  readonly stack: Stack;
  readonly paths: StackPaths;
  readonly lock: StackLock;
  readonly options: DriverOptions;
}

/**
 * Checks the stack's configuration, holds its lock while `work` runs, and frees it in every case. What a killed run left running is
 * ended before.
 * @throws ConfigError before anything is touched; CommandError `stack.busy`; Interrupted when the signal ended the work.
 */
export async function withStack<T>(
  command: string,
  name: string,
  options: DriverOptions,
  work: (session: StackSession) => Promise<T>,
): Promise<T> {
  const stack = readStackFile(options.places.projectDir, name, options.catalog);
  const paths = stackPaths(options.places, name);
  const lock = acquireLock(paths.lock, name, command);
  // A second Ctrl-C ends this process without further ado: even then no lock stays behind.
  const releaseAtExit = (): void => lock.release();
  process.once("exit", releaseAtExit);
  try {
    // First of all: until it is ended, the engine of a killed run may still save the state that `work` reads.
    await freeStack(paths, lock, options.progress);
    return await work({ command, stack, paths, lock, options });
  } catch (error) {
    throw options.signal.aborted ? new Interrupted(command, name) : error;
  } finally {
    process.off("exit", releaseAtExit);
    lock.release();
  }
}
