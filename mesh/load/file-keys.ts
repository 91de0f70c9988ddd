import type { Problem } from "../stack/errors.ts";
import type { PlainObject } from "./merge.ts";
import { nearest } from "../stack/nearest.ts";
import { PROJECT } from "./project.ts";

/** Keys that Pulumi knows at the top of a stack's settings file. */
const FILE_KEYS = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** Keys at the top of the file that Pulumi would pass over in silence. */
export function checkFileKeys(content: PlainObject): Problem[] {
  const unknown = Object.keys(content).filter((key) => !(FILE_KEYS as readonly string[]).includes(key));
  return unknown.map((key) => {
    const match = nearest(key, FILE_KEYS);
    return {
      path: key,
      message: "unknown key",
      remediation: match === undefined ? `known keys: ${FILE_KEYS.join(", ")}` : `did you mean ${match}?`,
    };
  });
}

/**
 * Keys of other namespaces belong to their providers, so a slip in the project's own would silently drop its values; and
 * a key with and one without the namespace are the same to Pulumi.
 */
export function checkNamespaces(settings: PlainObject): Problem[] {
  return Object.keys(settings).flatMap((key) => {
    const [first, rest] = splitOnce(key);
    if (rest === undefined) {
      const full = `${PROJECT}:${key}`;
      return full in settings ? [{ path: key, message: `expected each key once; got ${full} too` }] : [];
    }
    return first !== PROJECT && resemblesProject(first)
      ? [{ path: key, message: "unknown key", remediation: `did you mean ${PROJECT}:${rest}?` }]
      : [];
  });
}

function splitOnce(key: string): [string, string | undefined] {
  const colon = key.indexOf(":");
  return colon < 0 ? [key, undefined] : [key.slice(0, colon), key.slice(colon + 1)];
}

/** A slip of the pen, or a part of the name for the whole. */
function resemblesProject(namespace: string): boolean {
  return nearest(namespace, [PROJECT]) !== undefined || PROJECT.split("-").includes(namespace);
}
