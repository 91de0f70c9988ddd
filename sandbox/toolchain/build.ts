import { chmod, cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DataFiles } from "./data-files.ts";
import type { Go } from "./go.ts";
import { BUILD_FLAGS, GO_MODULES, linkerFlags, type CopiedSource, type Program } from "./programs.ts";
import { lastLines } from "./run-command.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Suffix of what is not finished; a file without it is whole. */
const UNFINISHED = ".unfinished";

/**
 * Builds one program and renames it into place.
 * @throws CommandError `toolchain.build-failed` with the last lines that `go` wrote, `toolchain.checksum-mismatch`.
 */
export async function buildProgram(go: Go, modulesDir: string, program: Program, target: string): Promise<void> {
  const { from } = program;
  await placeFile(target, async (unfinished) => {
    if (!("copyOf" in from)) {
      return goBuild(go, join(modulesDir, from.module), program, from.package, unfinished);
    }
    await withUnfinished(`${target}-source`, async (copy) => {
      await copyModule(go, from, copy);
      await goBuild(go, copy, program, from.package ?? ".", unfinished);
    });
  });
}

/**
 * Downloads what programs need, so that it is there when their turn to be compiled comes. A failure is told by the build
 * itself, with its own message.
 */
export async function downloadSources(go: Go, modulesDir: string, programs: readonly Program[]): Promise<void> {
  for (const module of GO_MODULES) {
    const packages = programs.flatMap(({ from }) => ("module" in from && from.module === module ? [from.package] : []));
    if (packages.length > 0) {
      await go.run(join(modulesDir, module), ["list", "-mod=readonly", "-deps", "-f", "", ...packages]);
    }
  }
}

/**
 * Copies data files out of a module's sources, whose checksum is compared, and renames them into place.
 * @throws CommandError `toolchain.build-failed`, `toolchain.checksum-mismatch`.
 */
export async function copyDataFiles(go: Go, modulesDir: string, files: DataFiles, target: string): Promise<void> {
  const sources = await moduleSources(go, join(modulesDir, "cluster"), files.source, files.sum);
  await placeFile(target, (unfinished) => copyWritable(join(sources, files.path), unfinished));
}

/** Makes a file or a folder under another name and renames it into place, so that whoever finds it finds it whole. */
export async function placeFile(target: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  await withUnfinished(target, async (unfinished) => {
    await make(unfinished);
    await rename(unfinished, target);
  });
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

async function goBuild(go: Go, cwd: string, program: Program, main: string, output: string): Promise<void> {
  const result = await go.run(cwd, ["build", ...BUILD_FLAGS, "-ldflags", linkerFlags(program), "-o", output, main]);
  if (result.code !== 0) {
    throw failed(`building ${program.name}`, result.stderr);
  }
}

async function copyModule(go: Go, source: CopiedSource, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await copyWritable(await moduleSources(go, target, source.copyOf, source.sum), target);
  for (const [path, content] of Object.entries(source.added)) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), content);
  }
}

/** Directory of a module's sources in Go's module cache. */
async function moduleSources(go: Go, cwd: string, module: string, sum: string | undefined): Promise<string> {
  const result = await go.run(cwd, ["mod", "download", "-json", module]);
  const answer: unknown = result.code === 0 ? JSON.parse(result.stdout) : undefined;
  if (typeof answer !== "object" || answer === null || !("Dir" in answer) || typeof answer.Dir !== "string") {
    throw failed(`downloading ${module}`, result.stderr === "" ? result.stdout : result.stderr);
  }
  const found = "Sum" in answer ? answer.Sum : undefined;
  if (sum !== undefined && found !== sum) {
    throw new CommandError(
      "toolchain.checksum-mismatch",
      `the sources of ${module} that the Go module proxy handed out have another checksum than the pinned one (${String(found)}, not ${sum}); nothing of them was used`,
      "Look at what GOPROXY names, and at GONOSUMDB and GOFLAGS.",
    );
  }
  return answer.Dir;
}

/** Files of the module cache are read-only; a cache of ours must be removable with `rm -r`. */
async function copyWritable(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => basename(path) !== "testdata" });
  const entries = await readdir(to, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.map((entry) => ({
    path: join(entry.parentPath, entry.name),
    mode: entry.isDirectory() ? 0o755 : 0o644,
  }));
  await chmod(to, paths.length > 0 ? 0o755 : 0o644);
  for (const { path, mode } of paths) {
    await chmod(path, mode);
  }
}

async function withUnfinished(target: string, work: (unfinished: string) => Promise<void>): Promise<void> {
  const path = join(dirname(target), `.${basename(target)}.${process.pid}${UNFINISHED}`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await work(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

function failed(what: string, output: string): CommandError {
  const offline = /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake/.test(output);
  return new CommandError(
    "toolchain.build-failed",
    `${what} failed:\n${lastLines(output, 8)}`,
    offline
      ? "Go modules are downloaded on the first run: check the network, or GOPROXY. What was built so far is kept."
      : "What was built so far is kept; the next run goes on from here.",
  );
}
