/** Programs of the tests that are made from Go modules: built once into the user's cache. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot, toolchainsDir } from "../../sandbox/toolchain/cache.ts";
import { findGo } from "../../sandbox/toolchain/go.ts";

/** Everything that decides a program's content. */
const FILES = ["go.mod", "go.sum", "main.go"] as const;

/**
 * Milliseconds that a first build may take. On two cores that others used too, Prometheus's packages took 5 min 9 s
 * (2026-11-21).
 */
export const GO_BUILD_MS = 900_000;

/**
 * Builds a program, once, and returns its path.
 * @param name of the program
 * @param source directory with its `go.mod`, `go.sum` and `main.go`
 * @throws SandboxError `toolchain.go-missing` where there is no Go and none can be fetched.
 */
export async function buildGoProgram(name: string, source: string): Promise<string> {
  const digest = createHash("sha256");
  FILES.forEach((file) => digest.update(readFileSync(join(source, file))));
  digest.update(`${process.platform}/${process.arch}`);
  const place = { env: process.env, platform: process.platform, arch: process.arch };
  const dir = join(cacheRoot(place), "test-tools", digest.digest("hex").slice(0, 16));
  const target = join(dir, name);
  if (existsSync(target)) {
    return target;
  }
  console.error(`${name}: building it from its Go module, once`);
  const go = await findGo({ ...place, toolchains: toolchainsDir(place) });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unfinished = `${target}.${process.pid}.unfinished`;
  const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
  const result = await go.run(source, ["build", ...flags, "-o", unfinished, "."]);
  if (result.code !== 0) {
    throw new Error(`${name}, a program of the tests, cannot be built:\n${result.stderr}`);
  }
  // Two runs that build at the same time rename the same program.
  renameSync(unfinished, target);
  return target;
}
