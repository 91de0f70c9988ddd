import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";

/** How to wait for a lock. */
export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, when another process holds the lock. */
  readonly onWait?: () => void;
  /** Milliseconds without a sign of life after which the holder counts as dead. Default 10 s. */
  readonly staleMs?: number;
}

const POLL_MS = 500;

/**
 * Runs `work` while no other process of this user works in `dir`; waits for one that does. A holder that died is
 * recognised by its missing sign of life (the lock's modification time), and its lock is taken over.
 */
export async function withDirectoryLock<Result>(
  dir: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const release = await acquire(dir, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(dir: string, options: LockOptions): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    options.signal?.throwIfAborted();
    try {
      let lost = false;
      const release = await lockfile.lock(dir, {
        lockfilePath: join(dir, ".lock"),
        stale: options.staleMs ?? 10_000,
        realpath: false,
        // A process that was suspended may lose its lock. Two builders do no harm: every file is renamed into place.
        onCompromised: () => (lost = true),
      });
      return async () => (lost ? undefined : release());
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) {
        throw error;
      }
    }
    if (!waited) {
      options.onWait?.();
    }
    await sleep(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
