import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Days without a command that used them after which programs of other pins are deleted. A build takes minutes again. */
export const KEPT_DAYS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;
/** As `cacheKey` names folders: nothing else in the cache is touched. */
const FOLDER = /^[0-9a-f]{16}$/;
const MARK = ".used";

/** Notes that a command uses the programs of this folder now. A folder that is not ours to write is not ours to prune, and one that is not there, because every program is the machine's own, needs no mark. */
export function markUsed(dir: string, now = new Date()): void {
  const mark = join(dir, MARK);
  try {
    closeSync(openSync(mark, "a", 0o600));
    utimesSync(mark, now, now);
  } catch (error) {
    if (!(
      error instanceof Error &&
      "code" in error &&
      ["EACCES", "EPERM", "EROFS", "ENOENT"].includes(String(error.code))
    )) {
      throw error;
    }
  }
}

/**
 * Deletes the folders beside `dir` that no command has used for {@link KEPT_DAYS} days: programs of former pins, half a
 * gigabyte each. Programs that still run from one go on running.
 * @returns names of the deleted folders.
 */
export function pruneUnused(dir: string, now = new Date()): string[] {
  const root = dirname(dir);
  const unused = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && FOLDER.test(entry.name) && entry.name !== basename(dir))
    .map(({ name }) => name)
    .filter((name) => now.getTime() - lastUse(join(root, name)) > KEPT_DAYS * DAY_MS);
  unused.forEach((name) => rmSync(join(root, name), { recursive: true, force: true }));
  return unused;
}

/** Folders of versions that left no mark count from their last build. */
function lastUse(dir: string): number {
  const mark = join(dir, MARK);
  return statSync(existsSync(mark) ? mark : dir).mtimeMs;
}
