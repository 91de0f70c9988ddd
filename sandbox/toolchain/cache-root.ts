import { homedir } from "node:os";
import { join } from "node:path";

/** What decides where the cache lies: the environment and the operating system. */
export interface CacheRootPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Home directory. Default: the user's. */
  readonly home?: string;
}

/**
 * Folder of everything that all clones of one user share: `MESH_CACHE_DIR`, or `ecommerce-mesh` in the user's cache
 * directory (`XDG_CACHE_HOME`, else `~/Library/Caches` on macOS and `~/.cache` elsewhere).
 */
export function cacheRoot(place: CacheRootPlace): string {
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
