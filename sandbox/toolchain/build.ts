import { copyFile, chmod, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { SandboxError } from "../contracts.ts";
import { lastLines, type Go } from "./go.ts";
import { BUILD_FLAGS, linkerFlags, type DataFiles, type Program } from "./recipe.ts";

/** Suffix of what is not finished; a file without it is whole. */
const UNFINISHED = ".unfinished";

/**
 * Builds one program and renames it into place.
 * @throws SandboxError `toolchain.build-failed` with the last lines that `go` wrote.
 */
export async function buildProgram(go: Go, modulesDir: string, program: Program, target: string): Promise<void> {
  const unfinished = await unfinishedPath(target);
  const args = ["build", ...BUILD_FLAGS, "-ldflags", linkerFlags(program), "-o", unfinished, program.package];
  const result = await go.run(join(modulesDir, program.module), args);
  if (result.code !== 0) {
    throw failed(`building ${program.name}`, result.stderr);
  }
  await rename(unfinished, target);
}

/** Downloads what a program's packages need, so that it is there when their turn to be compiled comes. */
export async function downloadSources(go: Go, modulesDir: string, program: Program): Promise<void> {
  const result = await go.run(join(modulesDir, program.module), [
    "list",
    "-mod=readonly",
    "-deps",
    "-f",
    "",
    program.package,
  ]);
  if (result.code !== 0) {
    throw failed(`downloading the sources of ${program.name}`, result.stderr);
  }
}

/**
 * Copies data files out of a module's sources, whose checksum `go` verifies, and renames them into place.
 * @throws SandboxError `toolchain.build-failed`.
 */
export async function copyDataFiles(go: Go, modulesDir: string, files: DataFiles, target: string): Promise<void> {
  const result = await go.run(join(modulesDir, files.module), ["mod", "download", "-json", files.source]);
  const answer: unknown = result.code === 0 ? JSON.parse(result.stdout) : undefined;
  if (typeof answer !== "object" || answer === null || !("Dir" in answer) || typeof answer.Dir !== "string") {
    throw failed(`downloading ${files.source}`, result.stderr === "" ? result.stdout : result.stderr);
  }
  const unfinished = await unfinishedPath(target);
  await copyYaml(join(answer.Dir, files.path), unfinished);
  await rename(unfinished, target);
}

/** Removes what an interrupted build left. Only while holding the cache's lock. */
export async function removeUnfinished(dir: string): Promise<void> {
  const names = await readdir(dir);
  await Promise.all(
    names
      .filter((name) => name.endsWith(UNFINISHED))
      .map((name) => rm(join(dir, name), { recursive: true, force: true })),
  );
}

async function unfinishedPath(target: string): Promise<string> {
  const path = join(dirname(target), `.${basename(target)}.${process.pid}${UNFINISHED}`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await rm(path, { recursive: true, force: true });
  return path;
}

async function copyYaml(from: string, to: string): Promise<void> {
  if ((await stat(from)).isFile()) {
    await copyWritable(from, to);
    return;
  }
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(from.length + 1);
    if (entry.isFile() && path.endsWith(".yaml") && !path.split(sep).includes("testdata")) {
      await mkdir(dirname(join(to, path)), { recursive: true });
      await copyWritable(join(from, path), join(to, path));
    }
  }
}

/** Files of the module cache are read-only; a cache of ours must be removable with `rm -r`. */
async function copyWritable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o644);
}

function failed(what: string, output: string): SandboxError {
  const offline = /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake/.test(output);
  return new SandboxError(
    "toolchain.build-failed",
    `${what} failed:\n${lastLines(output, 8)}`,
    offline
      ? "Go modules are downloaded on the first run: check the network, or GOPROXY. What was built so far is kept."
      : "What was built so far is kept; the next run goes on from here.",
  );
}
