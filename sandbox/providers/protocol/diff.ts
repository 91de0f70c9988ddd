import { formatPath, isUnder, parsePath, type Path } from "./paths.ts";
import {
  isList,
  isMap,
  Opaque,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  Unknown,
  unwrap,
} from "./values.ts";

export type ChangeKind = "add" | "delete" | "update";

/** One change of one property. */
export interface PropertyChange {
  readonly path: Path;
  readonly kind: ChangeKind;
}

/** What a provider answers to the question what an edit would do. */
export interface DiffResult {
  /** False: nothing to do. */
  readonly changes: boolean;
  /** Changed properties by path, in the engine's syntax. `replace`: the change cannot be made in place. */
  readonly detailedDiff: Readonly<Record<string, { readonly kind: ChangeKind; readonly replace: boolean }>>;
  /** Top-level names of the properties that force a replacement. Empty: update in place. */
  readonly replaces: readonly string[];
  /** The old object must be gone before the new one can be made, e.g. because both would have one name. */
  readonly deleteBeforeReplace: boolean;
}

/** Decides about one change; the old and new value are those at `change.path`, secrets laid open. */
export type ReplaceRule = (
  change: PropertyChange,
  oldValue: PropertyValue | undefined,
  newValue: PropertyValue | undefined,
) => boolean;

export interface DiffOptions {
  /** Paths or patterns whose change forces a replacement, e.g. `vpcId`, `spec.selector`, `tags["*"]`; or a rule. */
  readonly replaceOn?: readonly string[] | ReplaceRule;
  /** Paths or patterns whose changes do not count. */
  readonly ignoreChanges?: readonly string[];
  /** See {@link DiffResult.deleteBeforeReplace}. */
  readonly deleteBeforeReplace?: boolean;
}

/** No change at all. */
export const NO_DIFF: DiffResult = { changes: false, detailedDiff: {}, replaces: [], deleteBeforeReplace: false };

/**
 * What changes between old and new inputs, path by path.
 * Null and absent are the same; whether a value is secret does not count; an unknown new value counts as an update.
 */
export function diffProperties(oldInputs: PropertyMap, newInputs: PropertyMap, options: DiffOptions = {}): DiffResult {
  const ignored = (options.ignoreChanges ?? []).map(parsePath);
  const mustReplace = replaceRule(options.replaceOn ?? []);
  const detailedDiff: Record<string, { kind: ChangeKind; replace: boolean }> = {};
  const replaces = new Set<string>();
  for (const { path, kind, oldValue, newValue } of changesOf(oldInputs, newInputs, [])) {
    if (ignored.some((pattern) => isUnder(path, pattern))) {
      continue;
    }
    const replace = mustReplace({ path, kind }, oldValue, newValue);
    detailedDiff[formatPath(path)] = { kind, replace };
    if (replace) {
      replaces.add(String(path[0]));
    }
  }
  return {
    changes: Object.keys(detailedDiff).length > 0,
    detailedDiff,
    replaces: [...replaces],
    deleteBeforeReplace: replaces.size > 0 && (options.deleteBeforeReplace ?? false),
  };
}

/** True when both values are equal in all that counts for {@link diffProperties}. */
export function sameValue(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  return changesOf(a, b, []).length === 0;
}

function replaceRule(replaceOn: readonly string[] | ReplaceRule): ReplaceRule {
  if (typeof replaceOn === "function") {
    return replaceOn;
  }
  const patterns = replaceOn.map(parsePath);
  // A whole object that appears or goes carries the properties below it, so both directions count.
  return ({ path }) => patterns.some((pattern) => isUnder(path, pattern) || isUnder(pattern, path));
}

interface Change extends PropertyChange {
  readonly oldValue: PropertyValue | undefined;
  readonly newValue: PropertyValue | undefined;
}

function changesOf(rawOld: PropertyValue | undefined, rawNew: PropertyValue | undefined, path: Path): Change[] {
  const oldValue = unwrap(rawOld) ?? undefined;
  const newValue = unwrap(rawNew) ?? undefined;
  const change = (kind: ChangeKind): Change[] => [{ path, kind, oldValue, newValue }];
  if (oldValue === undefined || newValue === undefined) {
    return oldValue === newValue ? [] : change(oldValue === undefined ? "add" : "delete");
  }
  if (isMap(oldValue) && isMap(newValue)) {
    const keys = new Set([...Object.keys(oldValue), ...Object.keys(newValue)]);
    return [...keys].flatMap((key) => changesOf(oldValue[key], newValue[key], [...path, key]));
  }
  if (isList(oldValue) && isList(newValue)) {
    const length = Math.max(oldValue.length, newValue.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) => changesOf(oldValue[i], newValue[i], [...path, i]));
  }
  return sameLeaf(oldValue, newValue) ? [] : change("update");
}

function sameLeaf(a: PropertyValue, b: PropertyValue): boolean {
  if (a instanceof Unknown || b instanceof Unknown) {
    return false;
  }
  if (a instanceof ResourceReference && b instanceof ResourceReference) {
    return a.urn === b.urn && sameValue(a.id, b.id);
  }
  if (a instanceof Opaque && b instanceof Opaque) {
    return a.signature === b.signature && sameOpaque(a.fields, b.fields);
  }
  return a === b;
}

/** Assets carry a hash of what they hold; where both have one, paths and texts do not matter. */
function sameOpaque(a: PropertyMap, b: PropertyMap): boolean {
  return a["hash"] !== undefined && b["hash"] !== undefined ? a["hash"] === b["hash"] : sameValue(a, b);
}
