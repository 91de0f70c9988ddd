import type { StringMatch } from "./string-match.ts";
import {
  gatewayKey,
  namespaceOf,
  type HttpMatch,
  type HttpRoute,
  type World,
  type VirtualServiceView,
} from "./world.ts";

/** A route as proxies get it: delegates taken in. */
export interface FlatRoute {
  /** The objects that say it: the root, and the delegate if there is one. */
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

/** Routes of a VirtualService in their order, each delegate replaced by what it says. */
export function flatten(
  world: World,
  root: VirtualServiceView,
): { readonly routes: FlatRoute[]; readonly missing: MissingDelegate[] } {
  const missing: MissingDelegate[] = [];
  const routes = (root.spec.http ?? []).flatMap((route, index): FlatRoute[] => {
    if (route.delegate === undefined) {
      return [{ objects: [root], indexes: [index], route, matches: named(root, route.match) }];
    }
    const key = `${route.delegate.namespace ?? namespaceOf(root)}/${route.delegate.name ?? ""}`;
    const delegate = world.virtualServices.get(key);
    if (delegate === undefined) {
      missing.push({ root, index, delegate: key });
      return [];
    }
    return (delegate.spec.http ?? []).flatMap((inner, innerIndex) => {
      const matches = mergeMatches(named(root, route.match), named(delegate, inner.match));
      return matches === "conflict"
        ? []
        : [
            {
              objects: [root, delegate],
              indexes: [index, innerIndex],
              route: inherit(route, inner),
              matches,
            },
          ];
    });
  });
  return { routes, missing };
}

/** Words for the place of a route: `http[1] canary`; a rule of an HTTPRoute has a name alone. */
export function ruleOf({ objects, indexes }: FlatRoute, at: number): string {
  const index = indexes[at] ?? 0;
  const name = objects[at]?.spec.http?.[index]?.name;
  return objects[at]?.kind === "HTTPRoute"
    ? `rule ${name ?? ""}`
    : `http[${index}]${name === undefined ? "" : ` ${name}`}`;
}

/** Match blocks with their gateways' full names. */
function named(object: VirtualServiceView, matches: HttpRoute["match"]): HttpRoute["match"] {
  return matches?.map((match) =>
    match.gateways === undefined
      ? match
      : { ...match, gateways: match.gateways.map((gateway) => gatewayKey(gateway, namespaceOf(object))) },
  );
}

/** What the delegate does not say holds as the root says it. */
function inherit(root: HttpRoute, inner: HttpRoute): HttpRoute {
  const { rewrite, directResponse, timeout, retries, fault, mirror, mirrorPercentage, mirrors, corsPolicy, headers } =
    root;
  return {
    ...dropUndefined({
      rewrite,
      directResponse,
      timeout,
      retries,
      fault,
      mirror,
      mirrorPercentage,
      mirrors,
      corsPolicy,
      headers,
    }),
    ...inner,
  };
}

function dropUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * Istio's merge: each block of the delegate is narrowed by each block of the root that it does not contradict; a block
 * that contradicts all of them makes the whole route void.
 */
function mergeMatches(
  root: readonly HttpMatch[] | undefined,
  inner: readonly HttpMatch[] | undefined,
): readonly HttpMatch[] | undefined | "conflict" {
  if (root === undefined || root.length === 0) {
    return inner;
  }
  if (inner === undefined || inner.length === 0) {
    return root;
  }
  const merged = inner.map((leaf) =>
    root.filter((outer) => !conflicts(outer, leaf)).map((outer) => mergeMatch(outer, leaf)),
  );
  return merged.some((blocks) => blocks.length === 0) ? "conflict" : merged.flat();
}

function mergeMatch(root: HttpMatch, leaf: HttpMatch): HttpMatch {
  return {
    ...root,
    ...leaf,
    headers: { ...root.headers, ...leaf.headers },
    withoutHeaders: { ...root.withoutHeaders, ...leaf.withoutHeaders },
    queryParams: { ...root.queryParams, ...leaf.queryParams },
    sourceLabels: { ...root.sourceLabels, ...leaf.sourceLabels },
  };
}

function conflicts(root: HttpMatch, leaf: HttpMatch): boolean {
  const maps = [
    [root.headers, leaf.headers],
    [root.withoutHeaders, leaf.withoutHeaders],
    [root.queryParams, leaf.queryParams],
  ] as const;
  const labels = Object.entries(leaf.sourceLabels ?? {});
  return (
    (["uri", "scheme", "method", "authority"] as const).some((key) => stringsConflict(root[key], leaf[key])) ||
    maps.some(([outer, inner]) =>
      Object.entries(inner ?? {}).some(([name, value]) => stringsConflict(outer?.[name], value)),
    ) ||
    (root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false) ||
    (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port) ||
    (root.sourceNamespace !== undefined && leaf.sourceNamespace !== root.sourceNamespace) ||
    labels.some(([name, value]) => (root.sourceLabels?.[name] ?? value) !== value) ||
    !isSubset(leaf.gateways ?? [], root.gateways ?? [])
  );
}

function isSubset(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.length === 0 || inner.every((name) => outer.includes(name));
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
