/** Programs of the tests that are made from Go modules: built once into the user's cache. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { toolchainsDir } from "../../sandbox/toolchain/cache.ts";
import { cacheRoot } from "../../sandbox/toolchain/cache-root.ts";
import { findGo } from "../../sandbox/toolchain/go.ts";
import { BUILD_FLAGS } from "../../sandbox/toolchain/programs.ts";

/**
 * Milliseconds that a first build may take. On two cores that others used too, Prometheus's packages took 5 min 9 s
 * (2026-11-21).
 */
export const GO_BUILD_MS = 900_000;

const PLACE = { env: process.env, platform: process.platform, arch: process.arch };

/** The toolchain's flags: what it has compiled of the same module is not compiled again. */
const FLAGS = ["-mod=readonly", ...BUILD_FLAGS];

/**
 * Runs the tests of Go packages and returns the packages that passed.
 * @param packages paths that begin with `./` inside of the module
 * @throws Error with Go's own words where one fails
 */
export async function testGoPackages(module: string, packages: readonly string[]): Promise<string[]> {
  const go = await findGo({ ...PLACE, toolchains: toolchainsDir(PLACE) });
  const { code, stdout, stderr } = await go.run(module, ["test", ...FLAGS, ...packages]);
  if (code !== 0) {
    throw new Error(`${stdout}${stderr}`);
  }
  return [...stdout.matchAll(/^ok\s+(\S+)/gm)].map(([, name = ""]) => name);
}

/**
 * Builds a program, once, and returns its path.
 * @param name of the program
 * @param source directory of its `main.go`
 * @param module directory of its `go.mod` and `go.sum`. Default: the source's.
 * @throws CommandError `toolchain.go-missing` where there is no Go and none can be fetched.
 */
export async function buildGoProgram(name: string, source: string, module = source): Promise<string> {
  const main = join(source, "main.go");
  const digest = createHash("sha256");
  [join(module, "go.mod"), join(module, "go.sum"), main].forEach((file) => digest.update(readFileSync(file)));
  digest.update(`${process.platform}/${process.arch}`);
  const dir = join(cacheRoot(PLACE), "test-tools", digest.digest("hex").slice(0, 16));
  const target = join(dir, name);
  if (existsSync(target)) {
    return target;
  }
  console.error(`${name}: building it from its Go module, once`);
  const go = await findGo({ ...PLACE, toolchains: toolchainsDir(PLACE) });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unfinished = `${target}.${process.pid}.unfinished`;
  const result = await go.run(module, ["build", ...FLAGS, "-ldflags", "-s -w", "-o", unfinished, main]);
  if (result.code !== 0) {
    throw new Error(`${name}, a program of the tests, cannot be built:\n${result.stderr}`);
  }
  // Two runs that build at the same time rename the same program.
  renameSync(unfinished, target);
  return target;
}
