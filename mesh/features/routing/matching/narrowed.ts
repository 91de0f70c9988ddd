import type { MatchSpec } from "../../../stack/catalog.ts";
import { isBelow } from "./compare.ts";

/**
 * The matches that stand for one match of a service with these prefixes on the gateway, in the order of their routes.
 *
 * Istio leaves out a delegate's route whose path is wider than that of the root, where `/api` would take all of
 * `/api/users`. So for every prefix inside a wider path there is a match with just that prefix; first, because in
 * calls inside the mesh the wider one stands too.
 */
export function narrowed(match: MatchSpec | undefined, prefixes: readonly string[]): (MatchSpec | undefined)[] {
  const path = match?.path;
  if (match === undefined || typeof path !== "string" || path === "/") {
    return [match === undefined || path !== "/" ? match : withoutPath(match)];
  }
  // Nobody outside is a service of the mesh: at the gateway such a match takes nothing.
  if (match.source !== undefined) {
    return [match];
  }
  const inside = prefixes.filter((prefix) => prefix !== path && isBelow(prefix, path));
  return [...inside.map((prefix) => ({ ...match, path: prefix })), match];
}

/** A path of `/` is no condition; as one it would meet the root's narrower paths. */
function withoutPath(match: MatchSpec): MatchSpec | undefined {
  const rest = Object.fromEntries(Object.entries(match).filter(([key]) => key !== "path")) as MatchSpec;
  return Object.keys(rest).length === 0 ? undefined : rest;
}
