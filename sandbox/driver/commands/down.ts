import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stopControlPlane } from "../../control-plane/index.ts";
import { layoutOf } from "../../control-plane/layout.ts";
import { runningPrograms } from "../../control-plane/processes.ts";
import { acquireLock } from "../lock.ts";
import type { DriverOptions } from "../options.ts";
import { stackPaths, type Places } from "../paths.ts";
import { freeStack } from "../recovery.ts";
import { assertKnownStack } from "../stack-session.ts";

/** What `down` did with one stack. */
export interface DownResult {
  readonly stack: string;
  /** Programs that were stopped. */
  readonly stopped: readonly string[];
  /** The stack's folder was deleted. */
  readonly purged: boolean;
}

/** Stacks that have a folder in the sandbox. */
export function sandboxedStacks(places: Places): string[] {
  if (!existsSync(places.sandboxDir)) {
    return [];
  }
  const folders = readdirSync(places.sandboxDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .filter(
      (name) =>
        existsSync(join(places.sandboxDir, name, "passphrase")) ||
        existsSync(join(places.sandboxDir, name, "control-plane")),
    )
    .sort();
}

/**
 * Stops what runs for a stack, or for all; what is recorded stays, so that the next `up` finds it again.
 * @param stack Default: all stacks of the sandbox.
 * @throws SandboxError `stack.busy`; ConfigError for an unknown stack.
 */
export async function down(
  stack: string | undefined,
  options: DriverOptions & { readonly purge: boolean },
): Promise<DownResult[]> {
  const known = sandboxedStacks(options.places);
  if (stack !== undefined && !known.includes(stack)) {
    assertKnownStack(stack, options.places);
    return [{ stack, stopped: [], purged: false }];
  }
  const results: DownResult[] = [];
  for (const name of stack === undefined ? known : [stack]) {
    results.push(await downOne(name, options));
  }
  return results;
}

async function downOne(stack: string, options: DriverOptions & { readonly purge: boolean }): Promise<DownResult> {
  const paths = stackPaths(options.places, stack);
  const lock = acquireLock(paths.lock, stack, "down");
  try {
    // Also what is left of a control plane of which one program died.
    const stopped = Object.keys(runningPrograms(layoutOf(paths.controlPlane)));
    if (!options.purge) {
      await freeStack(paths, lock, options.progress);
    }
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
