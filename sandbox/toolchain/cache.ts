import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Toolchain } from "../contracts.ts";
import { BUILD_FLAGS, DATA_FILES, PROGRAMS } from "./recipe.ts";

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

/**
 * Name of the folder that holds the programs: a digest of all that decides their content (pinned modules, their
 * checksums, recipe, operating system, processor), so that a changed pin never meets an old file.
 */
export function cacheKey(modulesDir: string, place: CachePlace): string {
  const digest = createHash("sha256");
  for (const module of [...new Set(PROGRAMS.map((program) => program.module))].sort()) {
    for (const file of ["go.mod", "go.sum"]) {
      digest.update(`${module}/${file}\0`).update(readFileSync(join(modulesDir, module, file)));
    }
  }
  digest.update(
    JSON.stringify([
      BUILD_FLAGS,
      PROGRAMS.map((program) => [program.name, program.package, program.stamp]),
      DATA_FILES,
    ]),
  );
  digest.update(`${place.platform}/${place.arch}`);
  return digest.digest("hex").slice(0, 16);
}

/** Absolute paths of every program and data file below a cache folder, whether they exist or not. */
export function toolchainIn(dir: string): Toolchain {
  const paths = Object.fromEntries([...PROGRAMS, ...DATA_FILES].map(({ key, name }) => [key, join(dir, name)]));
  return paths as unknown as Toolchain;
}

/** The entries of a list whose file is not in the cache yet. A file that is there is finished: it was renamed into place. */
export function missingFrom<Entry extends { readonly key: keyof Toolchain }>(
  toolchain: Toolchain,
  entries: readonly Entry[],
): Entry[] {
  return entries.filter(({ key }) => !existsSync(toolchain[key]));
}
