import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readStackFile } from "../../mesh/load/load.ts";
import { clusterName } from "../../mesh/kubernetes/names.ts";
import { renderStack } from "../../mesh/render.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

const FOLDERS = ["objects", "releases", "settings"] as const;
const RENDERED = /^(objects[/\\][^/\\]+|releases|settings)[/\\][^/\\]+\.yaml$/;

/**
 * Renders a stack into a folder and returns the paths written, below that folder. What an earlier render left there in
 * `objects`, `releases` and `settings` is removed first, so that a deleted object does not linger.
 * @param catalog application in place of the stack's own
 * @throws ConfigError; CommandError `render.foreign-files` when one of these folders holds what no render writes.
 */
export function renderTo(projectDir: string, stackName: string, out: string, catalog?: string): string[] {
  const stack = readStackFile(projectDir, stackName, catalog);
  const files = renderStack(stack, clusterName(stack.name, stack.config));
  refuseForeignFiles(out);
  for (const folder of FOLDERS) {
    rmSync(join(out, folder), { recursive: true, force: true });
  }
  for (const { path, content } of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
  return files.map(({ path }) => path);
}

/** A folder of that name may be somebody's own. */
function refuseForeignFiles(out: string): void {
  const foreign = FOLDERS.filter((folder) => existsSync(join(out, folder)))
    .flatMap((folder) =>
      readdirSync(join(out, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(out, join(entry.parentPath, entry.name))),
    )
    .find((path) => !RENDERED.test(path));
  if (foreign !== undefined) {
    throw new CommandError(
      "render.foreign-files",
      `${join(out, foreign)} was not written by a render, and would be deleted`,
      "Name another folder with --out, or empty this one.",
    );
  }
}
