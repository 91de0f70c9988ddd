import { problem, type Problem } from "../stack/errors.ts";
import { didYouMean, nearest } from "../stack/nearest.ts";
import { formatPath } from "../stack/paths.ts";
import { PROJECT } from "./project.ts";
import type { PlainObject } from "../stack/plain-object.ts";

/** Keys that Pulumi knows at the top of a stack's settings file. */
const FILE_KEYS: readonly string[] = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/** Keys at the top of the file that Pulumi would pass over in silence. */
export function checkFileKeys(content: PlainObject): Problem[] {
  return Object.keys(content)
    .filter((key) => !FILE_KEYS.includes(key))
    .map((key) =>
      problem(formatPath([key]), "unknown key", didYouMean(key, FILE_KEYS, `known keys: ${FILE_KEYS.join(", ")}`)),
    );
}

/**
 * Keys of other namespaces belong to their providers, so a slip in the project's own would silently drop its values; and
 * a key with and one without the namespace are the same to Pulumi.
 */
export function* checkNamespaces(settings: PlainObject): Iterable<Problem> {
  for (const key of Object.keys(settings)) {
    const [, namespace, name] = /^([^:]*):(.*)$/s.exec(key) ?? [];
    const full = `${PROJECT}:${name ?? key}`;
    if (namespace === undefined && full in settings) {
      yield problem(formatPath([key]), `expected each key once; got ${full} too`);
    } else if (namespace !== undefined && namespace !== PROJECT && resemblesProject(namespace)) {
      yield problem(formatPath([key]), "unknown key", `did you mean ${full}?`);
    }
  }
}

/** A slip of the pen, or a part of the name for the whole. */
function resemblesProject(namespace: string): boolean {
  return nearest(namespace, [PROJECT]) !== undefined || PROJECT.split("-").includes(namespace);
}
