import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readStackFile, type Stack } from "../../mesh/load/load.ts";
import { stackFile } from "../../mesh/load/stack-files.ts";
import { type AccessEdge, accessMatrix } from "../../analysis/access/matrix.ts";
import { clusterName } from "../../mesh/kubernetes/names.ts";
import { stackObjects, stackReleases } from "../../mesh/inventory.ts";
import type { AccessWorld } from "../../analysis/access/access-index.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/**
 * The matrix of a stack as its files say it now.
 * @throws ConfigError
 */
export function accessOfStack(projectDir: string, stackName: string): AccessEdge[] {
  return accessMatrix(worldOf(readStackFile(projectDir, stackName)));
}

/** The objects of a stack. */
export function worldOf(stack: Stack): AccessWorld {
  const name = clusterName(stack.name, stack.config);
  return {
    objects: stackObjects(stack, name),
    releases: stackReleases(stack, name),
    trustDomain: stack.config.mesh.trustDomain,
  };
}

/**
 * The matrix of a stack as its settings and catalogs were at a commit, made into objects by the program of today.
 * @param ref anything that git takes for a commit, e.g. `main` or `HEAD~1`
 * @throws CommandError `access.git` where git cannot read that commit; ConfigError where its settings have another form than today's.
 */
export function accessAt(projectDir: string, stackName: string, ref: string): AccessEdge[] {
  const commit = git(projectDir, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).trim();
  const files = git(projectDir, "ls-tree", "-r", "--name-only", commit, "--", stackFile(stackName), "catalogs")
    .split("\n")
    .filter((file) => file.endsWith(".yaml"));
  if (!files.includes(stackFile(stackName))) {
    // A stack that is new: nobody could call anybody.
    return [];
  }
  const directory = mkdtempSync(join(tmpdir(), "mesh-access-"));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), git(projectDir, "show", `${commit}:./${file}`));
    }
    // What was applied once may be refused by a rule that is younger.
    return accessMatrix(worldOf(readStackFile(directory, stackName, undefined, () => [])));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function git(directory: string, ...args: string[]): string {
  try {
    return execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stderr, code } = error as { readonly stderr?: string; readonly code?: string };
    const why = code === "ENOENT" ? "git is not installed" : (stderr ?? "").trim();
    throw new CommandError(
      "access.git",
      `git cannot read that commit${why === "" ? "" : `: ${why}`}`,
      "Name a commit, branch or tag of the project's repository after --diff.",
    );
  }
}
