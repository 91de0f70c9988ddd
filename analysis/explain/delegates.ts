import { namespaceOf } from "../objects/object.ts";
import { defined } from "../../mesh/kubernetes/defined.ts";
import type { StringMatch } from "./http-match.ts";
import { gatewayKey, type HttpMatch, type HttpRoute, type VirtualServiceView } from "./views.ts";

/** A route as proxies get it: delegates taken in. */
export interface FlatRoute {
  /** The root, and the delegate if there is one. */
  readonly objects: readonly VirtualServiceView[];
  /** Index in each object's `spec.http`. */
  readonly indexes: readonly number[];
  readonly route: HttpRoute;
  /** Blocks of which one must hold; undefined: every request. */
  readonly matches: readonly HttpMatch[] | undefined;
}

/** A delegate that is not there, which leaves its route out. */
export interface MissingDelegate {
  readonly root: VirtualServiceView;
  readonly index: number;
  readonly delegate: string;
}

/**
 * Routes of a VirtualService in their order, each delegate replaced by its own routes.
 * @param virtualServices by `namespace/name`
 */
export function flatten(
  virtualServices: ReadonlyMap<string, VirtualServiceView>,
  root: VirtualServiceView,
): { readonly routes: FlatRoute[]; readonly missing: MissingDelegate[] } {
  const missing: MissingDelegate[] = [];
  const routes = (root.spec.http ?? []).flatMap((route, index): FlatRoute[] => {
    if (route.delegate === undefined) {
      return [{ objects: [root], indexes: [index], route, matches: named(root, route.match) }];
    }
    const key = `${route.delegate.namespace ?? namespaceOf(root)}/${route.delegate.name ?? ""}`;
    const delegate = virtualServices.get(key);
    if (delegate === undefined) {
      missing.push({ root, index, delegate: key });
      return [];
    }
    return (delegate.spec.http ?? []).flatMap((inner, innerIndex) => {
      const matches = mergeMatches(named(root, route.match), named(delegate, inner.match));
      const flat = { objects: [root, delegate], indexes: [index, innerIndex], route: inherit(route, inner) };
      return matches === "conflict" ? [] : [{ ...flat, matches }];
    });
  });
  return { routes, missing };
}

/** Words for the place of a route: `http[1] canary`; a rule of an HTTPRoute has a name alone. */
export function ruleOf({ objects, indexes }: FlatRoute, at: number): string {
  const index = indexes[at] ?? 0;
  const name = objects[at]?.spec.http?.[index]?.name ?? "";
  return objects[at]?.kind === "HTTPRoute" ? `rule ${name}` : `http[${index}] ${name}`.trimEnd();
}

/** Match blocks with their gateways' full names. */
function named(object: VirtualServiceView, matches: HttpRoute["match"]): HttpRoute["match"] {
  return matches?.map((match) => {
    const gateways = match.gateways?.map((gateway) => gatewayKey(gateway, namespaceOf(object)));
    return defined({ ...match, gateways });
  });
}

/** Fields of the root that hold where the delegate has none of its own. */
function inherit(root: HttpRoute, inner: HttpRoute): HttpRoute {
  const { rewrite, directResponse, timeout, retries, fault, mirror, mirrorPercentage, mirrors } = root;
  const { corsPolicy, headers } = root;
  const outer = { rewrite, directResponse, timeout, retries, fault, mirror, mirrorPercentage, mirrors };
  return { ...defined({ ...outer, corsPolicy, headers }), ...inner };
}

/**
 * Istio's merge: each block of the delegate is narrowed by each block of the root that it does not contradict; a block
 * that contradicts all of them makes the whole route void.
 */
function mergeMatches(
  root: readonly HttpMatch[] = [],
  inner: readonly HttpMatch[] = [],
): readonly HttpMatch[] | "conflict" {
  if (root.length === 0 || inner.length === 0) {
    return root.length === 0 ? inner : root;
  }
  const merged = inner.map((leaf) =>
    root.filter((outer) => !conflicts(outer, leaf)).map((outer) => mergeMatch(outer, leaf)),
  );
  return merged.some((blocks) => blocks.length === 0) ? "conflict" : merged.flat();
}

const MAPS = ["headers", "withoutHeaders", "queryParams"] as const;

function mergeMatch(root: HttpMatch, leaf: HttpMatch): HttpMatch {
  const maps = [...MAPS, "sourceLabels" as const].map((key) => [key, { ...root[key], ...leaf[key] }] as const);
  return { ...root, ...leaf, ...Object.fromEntries(maps) };
}

function conflicts(root: HttpMatch, leaf: HttpMatch): boolean {
  const labels = Object.entries(leaf.sourceLabels ?? {});
  const { gateways = [] } = root;
  return (
    (["uri", "scheme", "method", "authority"] as const).some((key) => stringsConflict(root[key], leaf[key])) ||
    MAPS.some((key) =>
      Object.entries(leaf[key] ?? {}).some(([name, value]) => stringsConflict(root[key]?.[name], value)),
    ) ||
    (root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false) ||
    (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port) ||
    (root.sourceNamespace !== undefined && leaf.sourceNamespace !== root.sourceNamespace) ||
    labels.some(([name, value]) => (root.sourceLabels?.[name] ?? value) !== value) ||
    (gateways.length > 0 && (leaf.gateways ?? []).some((name) => !gateways.includes(name)))
  );
}

/** Istio lets a delegate narrow a prefix and repeat an exact value; regular expressions it cannot compare. */
function stringsConflict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) {
    return false;
  }
  if (root.regex !== undefined || leaf.regex !== undefined) {
    return true;
  }
  if (root.exact !== undefined) {
    return leaf.exact !== root.exact;
  }
  const narrowed = leaf.prefix ?? leaf.exact;
  return root.prefix === undefined || narrowed === undefined || !narrowed.startsWith(root.prefix);
}
