import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assertKnownStack } from "../../../mesh/load/stack-files.ts";
import { stopControlPlane } from "../../control-plane/stop.ts";
import { foldersWithPrograms, programsBelow } from "../../control-plane/strays.ts";
import { acquireLock } from "../lock.ts";
import type { DriverOptions } from "../options.ts";
import { stackPaths, type Places } from "../paths.ts";
import { freeStack } from "../recovery.ts";

/** What `down` did with one stack. */
export interface DownResult {
  readonly stack: string;
  /** Programs that were stopped. */
  readonly stopped: readonly string[];
  /** The stack's folder was deleted. */
  readonly purged: boolean;
}

/** Any of these makes a folder a stack's: `down --purge` must find one that lost the others. */
const MARKS = ["passphrase", "control-plane", "backend"];

/** Stacks that have a folder in the sandbox, and those whose programs still run after it was deleted. */
export function sandboxedStacks(places: Places): string[] {
  const entries = existsSync(places.sandboxDir) ? readdirSync(places.sandboxDir, { withFileTypes: true }) : [];
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => MARKS.some((mark) => existsSync(join(places.sandboxDir, name, mark))));
  return [...new Set([...folders, ...foldersWithPrograms(places.sandboxDir)])].sort();
}

/**
 * Stops what runs for a stack, or for all; what is recorded stays, so that the next `up` finds it again.
 * @param stack Default: all stacks of the sandbox.
 * @throws CommandError `stack.busy`; ConfigError for an unknown stack.
 */
export async function down(
  stack: string | undefined,
  options: DriverOptions & { readonly purge: boolean },
): Promise<DownResult[]> {
  const known = sandboxedStacks(options.places);
  if (stack !== undefined && !known.includes(stack)) {
    assertKnownStack(options.places.projectDir, stack);
    return [{ stack, stopped: [], purged: false }];
  }
  const results: DownResult[] = [];
  const failures: unknown[] = [];
  for (const name of stack === undefined ? known : [stack]) {
    // One stack that is being worked on does not keep the others running.
    await downOne(name, options).then(
      (result) => results.push(result),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) {
    throw failures[0];
  }
  return results;
}

async function downOne(stack: string, options: DriverOptions & { readonly purge: boolean }): Promise<DownResult> {
  const paths = stackPaths(options.places, stack);
  const lock = acquireLock(paths.lock, stack, "down");
  try {
    // Also what is left of a control plane of which one program died.
    const stopped = programsBelow(paths.controlPlane).map(({ program }) => program);
    // Also before a purge: an engine that lost its owner would write its state into the deleted folder.
    await freeStack(paths, lock, options.progress);
    options.progress({ phase: "down", message: `stopping the control plane of ${stack}` });
    await stopControlPlane(paths.controlPlane);
    if (options.purge) {
      rmSync(paths.dir, { recursive: true, force: true });
    }
    return { stack, stopped, purged: options.purge };
  } finally {
    lock.release();
  }
}
