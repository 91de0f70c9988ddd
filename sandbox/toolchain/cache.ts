import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { DATA_FILES } from "./data-files.ts";
import { BUILD_FLAGS, PROGRAMS } from "./programs.ts";
import { ENVOY_WHEEL } from "./wheels/pinned.ts";

/** What decides where the cache lies: the environment and the operating system. */
export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** As in `process.arch`. */
  readonly arch: string;
  /** Home directory. Default: the user's. */
  readonly home?: string;
}

/**
 * Folder of everything that all clones of one user share: `MESH_CACHE_DIR`, or `ecommerce-mesh` in the user's cache
 * directory (`XDG_CACHE_HOME`, else `~/Library/Caches` on macOS and `~/.cache` elsewhere).
 */
export function cacheRoot(place: CachePlace): string {
  const override = place.env["MESH_CACHE_DIR"];
  if (override !== undefined && override !== "") {
    return override;
  }
  const home = place.home ?? homedir();
  const xdg = place.env["XDG_CACHE_HOME"];
  const base =
    xdg !== undefined && xdg !== ""
      ? xdg
      : place.platform === "darwin"
        ? join(home, "Library", "Caches")
        : join(home, ".cache");
  return join(base, "ecommerce-mesh");
}

/** Folder that holds one folder of programs for each set of pins. */
export function toolchainsDir(place: CachePlace): string {
  return join(cacheRoot(place), "toolchain");
}

/**
 * Name of the folder that holds the programs: a digest of all that decides their content (the committed Go modules with
 * the programs of ours in them, the pins, operating system, processor), so that a changed pin never meets an old file.
 */
export function cacheKey(modulesDir: string, place: CachePlace): string {
  const digest = createHash("sha256");
  const files = readdirSync(modulesDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    digest.update(`${relative(modulesDir, file)}\0`).update(readFileSync(file));
  }
  // How long a build takes does not change what comes of it.
  const programs = PROGRAMS.map(({ key, name, from, stamp }) => ({ key, name, from, stamp }));
  digest.update(JSON.stringify([BUILD_FLAGS, programs, DATA_FILES, ENVOY_WHEEL]));
  digest.update(`${place.platform}/${place.arch}`);
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
