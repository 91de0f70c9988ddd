import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { CommandError } from "../../mesh/stack/errors.ts";

/** What the command remembers of a canary between its runs. */
export interface Journal {
  /** Digest of the settings file as this command last wrote it. */
  readonly digest: string;
  /** A rollback that analysis decided; `applied` once the stack follows. */
  readonly rollback?: { readonly why: string; readonly applied: boolean };
}

/** Where the journal of a service lies. */
export function journalPath(stackDir: string, service: string): string {
  return join(stackDir, `canary-${service}.json`);
}

/** Reads the journal; undefined where there is none, or where it was cut off by a crash. */
export function readJournal(path: string): Journal | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Journal;
  } catch {
    // Without a journal the file's own state is what counts, and git says whether it is somebody else's.
    return undefined;
  }
}

/** Writes the journal. */
export function writeJournal(path: string, journal: Journal): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(journal)}\n`);
}

/** Digest of a text. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Refuses a project with changes that are not committed: the canary's step would be mixed with them, and `--yes` would apply them
 * all. What this command wrote itself does not count, nor do files that git does not keep.
 * @throws CommandError `canary.dirty`, `canary.git`
 */
export async function assertClean(projectDir: string, file: string, journal: Journal | undefined): Promise<void> {
  const isOwn = digestOf(readFileSync(join(projectDir, file), "utf8")) === journal?.digest;
  const changed = [
    ...(isOwn ? [] : await changesOf(projectDir, [], [file])),
    ...(await changesOf(projectDir, ["--untracked-files=no"], [".", `:(exclude)${file}`])),
  ];
  if (changed.length > 0) {
    throw new CommandError(
      "canary.dirty",
      `${changed.join(", ")}: changes that are not committed; nothing was changed`,
      `Commit or stash them first: git -C ${projectDir} status`,
    );
  }
}

/** Changed files of the project, as `git status` names them. */
async function changesOf(projectDir: string, options: string[], paths: string[]): Promise<string[]> {
  const git = (...words: string[]) => promisify(execFile)("git", ["-C", projectDir, ...words]);
  try {
    await git("rev-parse", "--is-inside-work-tree");
  } catch {
    throw new CommandError(
      "canary.git",
      `${projectDir} is no git repository, so nothing tells whether it holds other changes; nothing was changed`,
      "Canary steps are changes of a file under version control: git init, add and commit it first.",
    );
  }
  const { stdout } = await git("status", "--porcelain", ...options, "--", ...paths);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.slice(3));
}
