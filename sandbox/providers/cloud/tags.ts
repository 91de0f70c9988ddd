import {
  type DiffResult,
  isMap,
  parsePath,
  type Plain,
  type PropertyMap,
  type PropertyValue,
  toPlain,
  containsUnknowns,
  unwrap,
} from "../protocol/index.ts";
import { recordOf } from "./properties.ts";
import type { Properties } from "./types.ts";

/** Tags that the provider's configuration puts on everything. Structured configuration arrives as JSON text. */
export function defaultTags(config: PropertyMap): Properties {
  const value = unwrap(config["defaultTags"]);
  if (value === undefined || value === null || containsUnknowns(value)) {
    return {};
  }
  const plain: Plain = typeof value === "string" ? (JSON.parse(value) as Plain) : toPlain(value);
  return recordOf(recordOf(plain)["tags"]);
}

/** All tags of a resource: the provider's, then its own. */
export function allTags(config: PropertyMap, tags: PropertyValue | undefined): PropertyMap {
  const own = unwrap(tags);
  return { ...defaultTags(config), ...(isMap(own) ? own : {}) };
}

/** A change of a tag shows under `tags`; that `tagsAll` changes with it says nothing new and is left out. */
export function withoutEchoedTags(diff: DiffResult): DiffResult {
  const own = new Set(
    Object.keys(diff.detailedDiff)
      .map(parsePath)
      .filter(([top]) => top === "tags")
      .map(([, tag]) => tag),
  );
  const kept = Object.entries(diff.detailedDiff).filter(([path]) => {
    const [top, tag] = parsePath(path);
    return top !== "tagsAll" || !(own.has(tag) || own.has(undefined));
  });
  return { ...diff, detailedDiff: Object.fromEntries(kept) };
}
