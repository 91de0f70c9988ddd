import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { cacheRoot, type CacheRootPlace } from "./cache-root.ts";
import { DATA_FILES } from "./data-files.ts";
import { BUILD_FLAGS, PROGRAMS, type CommittedSource, type Program } from "./programs.ts";
import { ENVOY_WHEEL } from "./pinned-wheels.ts";

/** Where the cache lies, and for which machine. */
export interface CachePlace extends CacheRootPlace {
  /** As in `process.arch`. */
  readonly arch: string;
}

/** Folder that holds one folder of programs for each set of pins. */
export function toolchainsDir(place: CachePlace): string {
  return join(cacheRoot(place), "toolchain");
}

/**
 * Name of the folder that holds the programs: a digest of all that decides their content and that of the data files, so
 * that a changed pin never meets an old file.
 */
export function cacheKey(modulesDir: string, place: CachePlace): string {
  const programs = PROGRAMS.map((program) => programDigest(modulesDir, program, place));
  return digestOf([JSON.stringify([programs, DATA_FILES, ENVOY_WHEEL]), platformOf(place)]);
}

/**
 * Digest of all that decides one program's content: its pins, operating system and processor, and where it is one of ours
 * its sources.
 */
export function programDigest(modulesDir: string, { name, from, stamp }: Program, place: CachePlace): string {
  const recipe = JSON.stringify([BUILD_FLAGS, name, from, stamp]);
  return digestOf([recipe, platformOf(place), ...("copyOf" in from ? [] : sourcesOf(modulesDir, from))]);
}

function sourcesOf(modulesDir: string, { module, folders = [] }: CommittedSource): Buffer[] {
  const dir = join(modulesDir, module);
  const ours = folders.flatMap((folder) =>
    readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
      .sort(),
  );
  return ["go.mod", "go.sum", ...ours].flatMap((file) => [Buffer.from(file), readFileSync(join(dir, file))]);
}

function platformOf({ platform, arch }: CachePlace): string {
  return `${platform}/${arch}`;
}

function digestOf(parts: readonly (string | Buffer)[]): string {
  const digest = createHash("sha256");
  parts.forEach((part) => digest.update(part).update("\0"));
  return digest.digest("hex").slice(0, 16);
}

/** Absolute paths of every program and data file below a cache folder, whether they exist or not. */
export function toolchainIn(dir: string): Toolchain {
  const named = [...PROGRAMS, ...DATA_FILES, { key: "envoy", name: "envoy" }];
  const paths = Object.fromEntries(named.map(({ key, name }) => [key, join(dir, name)]));
  return { ...paths, directory: dir } as unknown as Toolchain;
}

/** The entries of a list whose file is not in the cache yet. A file that is there is finished: it was renamed into place. */
export function missingFrom<Entry extends { readonly key: keyof Toolchain }>(
  toolchain: Toolchain,
  entries: readonly Entry[],
): Entry[] {
  return entries.filter(({ key }) => !existsSync(toolchain[key]));
}
