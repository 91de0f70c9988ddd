import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { Interrupted } from "../../sandbox/driver/errors.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/**
 * Runs the user's own command that makes a stack follow its file, e.g. `pulumi up --yes --stack prod`. Its output goes to stderr.
 * @throws CommandError `canary.apply` when it fails
 */
export async function runApplyCommand(command: string, directory: string): Promise<void> {
  const child = spawn(command, { cwd: directory, shell: true, stdio: ["ignore", process.stderr, process.stderr] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) {
    throw new CommandError(
      "canary.apply",
      `'${command}' ended with ${code ?? "a signal"}; the stack's file already says the new share`,
      "Mend what it says, and run the same command again: it goes on from here.",
    );
  }
}

/** Waits. @throws Interrupted when the run is ended meanwhile */
export async function waitFor(seconds: number, signal: AbortSignal, stack: string): Promise<void> {
  try {
    await delay(seconds * 1000, undefined, { signal });
  } catch {
    throw new Interrupted("canary", stack);
  }
}
