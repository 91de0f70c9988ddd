import { join } from "node:path";
import type { Progress, Toolchain } from "../contracts.ts";
import { buildProgram, copyDataFiles, downloadSources, removeUnfinished } from "./build.ts";
import { cacheKey, cacheRoot, missingFrom, toolchainIn, type CachePlace } from "./cache.ts";
import { compareVersions, findGo, type Go } from "./go.ts";
import { installedPulumi } from "./installed-pulumi.ts";
import { KEPT_DAYS, markUsed, pruneUnused } from "./prune.ts";
import { withDirectoryLock } from "../processes/directory-lock.ts";
import { DATA_FILES, GO_MODULES_DIR, PROGRAMS, requiredGoVersion, type DataFiles, type Program } from "./recipe.ts";

/** What may differ from the ordinary: everything has a default. */
export interface ToolchainOptions {
  /** Stops the work, `go` and its compilers included. */
  readonly signal?: AbortSignal | undefined;
  /** Default: this process's. Read: PATH, MESH_CACHE_DIR, XDG_CACHE_HOME, MESH_PULUMI; `go` gets all of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: this machine's. */
  readonly platform?: string;
  /** Default: this machine's. */
  readonly arch?: string;
  /** Directory of the Go modules. Default: the committed ones. */
  readonly modulesDir?: string;
}

interface Missing {
  readonly programs: readonly Program[];
  readonly data: readonly DataFiles[];
}

interface Job {
  readonly modulesDir: string;
  readonly dir: string;
  readonly toolchain: Toolchain;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

const PHASE = "toolchain";

/**
 * Finds every program and data file that the sandbox runs, building those that are in nobody's cache yet. Everything
 * that is built stays in the user's cache; an interrupted run goes on where it stopped, and two clones that start at
 * the same time build once.
 * @throws SandboxError `toolchain.go-missing`, `toolchain.go-too-old`, `toolchain.build-failed`,
 * `toolchain.pulumi-unusable`; the signal's reason when aborted.
 */
export async function ensureToolchain(progress: Progress, options: ToolchainOptions = {}): Promise<Toolchain> {
  const env = options.env ?? process.env;
  const place: CachePlace = { env, platform: options.platform ?? process.platform, arch: options.arch ?? process.arch };
  const modulesDir = options.modulesDir ?? GO_MODULES_DIR;
  const dir = join(cacheRoot(place), "toolchain", cacheKey(modulesDir, place));
  const pulumi = await installedPulumi(env, options.signal);
  const built = toolchainIn(dir);
  const toolchain = pulumi === undefined ? built : { ...built, pulumi };
  if (!isComplete(missingOf(toolchain))) {
    await buildMissing({ modulesDir, dir, toolchain, env, signal: options.signal, progress });
    prune(dir, progress);
  }
  markUsed(dir);
  return toolchain;
}

/** Only after a build: that is when pins have changed, and when disk space goes. */
function prune(dir: string, progress: Progress): void {
  const pruned = pruneUnused(dir);
  if (pruned.length > 0) {
    const message = `deleted programs of former versions, unused for ${KEPT_DAYS} days: ${pruned.join(", ")}`;
    progress({ phase: PHASE, message });
  }
}

function missingOf(toolchain: Toolchain): Missing {
  return { programs: missingFrom(toolchain, PROGRAMS), data: missingFrom(toolchain, DATA_FILES) };
}

function isComplete(missing: Missing): boolean {
  return missing.programs.length === 0 && missing.data.length === 0;
}

async function buildMissing(job: Job): Promise<void> {
  // Before the first file or folder is made: without Go, nothing is to be changed.
  const go = await usableGo(job, missingOf(job.toolchain));
  const onWait = (): void =>
    job.progress({ phase: PHASE, message: "waiting for another process that is building the same programs" });
  await withDirectoryLock(
    job.dir,
    async () => {
      // Asked again: whoever held the lock before may have built everything.
      const missing = missingOf(job.toolchain);
      await removeUnfinished(job.dir);
      await build(job, go, missing);
    },
    { signal: job.signal, onWait },
  );
}

async function usableGo(job: Job, missing: Missing): Promise<Go> {
  const modules = [...new Set([...missing.programs, ...missing.data].map((entry) => entry.module))];
  const [first, ...rest] = modules.map((module) => ({ module, version: requiredGoVersion(job.modulesDir, module) }));
  if (first === undefined) {
    throw new Error("nothing is missing, so no Go is needed");
  }
  const newest = rest.reduce((a, b) => (compareVersions(a.version, b.version) >= 0 ? a : b), first);
  return findGo(join(job.modulesDir, newest.module), newest.version, { env: job.env, signal: job.signal });
}

async function build(job: Job, go: Go, missing: Missing): Promise<void> {
  const total = missing.programs.length;
  const prefetch = prefetchOtherModules(job, go, missing.programs);
  for (const [index, program] of missing.programs.entries()) {
    const message = `building ${program.name} (${index + 1} of ${total}, ${estimate(program)})`;
    job.progress({ phase: PHASE, message, done: index, total });
    await buildProgram(go, job.modulesDir, program, job.toolchain[program.key]);
  }
  await prefetch;
  for (const files of missing.data) {
    await copyDataFiles(go, job.modulesDir, files, job.toolchain[files.key]);
  }
  job.progress({ phase: PHASE, message: "every program is built", done: total, total });
}

/** The network works while the compiler does: the first module's sources are fetched by its own build. */
async function prefetchOtherModules(job: Job, go: Go, programs: readonly Program[]): Promise<void> {
  const [first, ...later] = programs;
  const other = later.find((program) => program.module !== first?.module);
  if (other !== undefined) {
    // A failure is told by the build itself, with its own message, when its turn comes.
    await downloadSources(go, job.modulesDir, other).catch(() => undefined);
  }
}

function estimate(program: Program): string {
  return program.minutes < 1 ? "under a minute" : `about ${program.minutes} min`;
}
