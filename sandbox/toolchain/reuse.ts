import { existsSync, linkSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Takes a finished program from another folder of the cache, where the same pins made it: a changed line in one program of
 * ours does not build all of them again.
 * @param target where the program belongs.
 * @param digest of all that decides its content.
 * @returns whether there was one.
 */
export function reuseBuilt(target: string, digest: string): boolean {
  const toolchains = dirname(dirname(target));
  const name = basename(target);
  const found = readdirSync(toolchains)
    .map((folder) => join(toolchains, folder, name))
    .find((program) => existsSync(markOf(program, digest)) && existsSync(program));
  if (found === undefined) {
    return false;
  }
  linkSync(found, target);
  recordBuilt(target, digest);
  return true;
}

/** Notes beside a finished program what it was made of. */
export function recordBuilt(target: string, digest: string): void {
  writeFileSync(markOf(target, digest), "");
}

function markOf(program: string, digest: string): string {
  return join(dirname(program), `.${basename(program)}.${digest}`);
}
