import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readStackFile } from "../config/load.ts";
import { clusterName } from "../model/names.ts";
import { renderStack } from "../model/render.ts";

/**
 * Renders a stack into a folder and returns the paths written, below that folder. What an earlier render left there in
 * `objects` and `releases` is removed first, so that a deleted object does not linger.
 * @throws ConfigError
 */
export function renderTo(projectDir: string, stackName: string, out: string): string[] {
  const stack = readStackFile(projectDir, stackName);
  const files = renderStack(stack, clusterName(stack.name, stack.config));
  for (const folder of ["objects", "releases"]) {
    rmSync(join(out, folder), { recursive: true, force: true });
  }
  for (const { path, content } of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
  return files.map(({ path }) => path);
}
