import { flatten, type FlatRoute, type MissingDelegate } from "./delegates.ts";
import { fullHost, mostSpecific } from "./hosts.ts";
import { matchesRequest, type Place } from "./http-match.ts";
import type { StringMatch } from "./string-match.ts";
import type { MeshRequest } from "./types.ts";
import { namespaceOf, type HttpMatch, type World, type VirtualServiceView } from "./world.ts";

/** The route that takes a request. */
export interface Chosen {
  readonly flat: FlatRoute;
  /** The block that holds; undefined where the route takes everything. */
  readonly match: HttpMatch | undefined;
}

/** What came of the search for a route. */
export interface Search {
  /** VirtualServices that speak for the host, in their order. */
  readonly objects: readonly VirtualServiceView[];
  readonly chosen: Chosen | undefined;
  readonly missing: readonly MissingDelegate[];
}

/** The first route that takes a request, among the VirtualServices of its host at this place. */
export function findRoute(world: World, hosts: readonly string[], request: MeshRequest, place: Place): Search {
  const objects = forHost(world, hosts, place.gateway);
  const flattened = objects.map((object) => flatten(world, object));
  const blocks = flattened.flatMap(({ routes }) => routes.flatMap(blocksOf));
  // Where several objects share a host, Istio moves what takes everything to the end.
  const ordered =
    objects.length < 2 ? blocks : [...blocks.filter((block) => !isCatchAll(block)), ...blocks.filter(isCatchAll)];
  return {
    objects,
    chosen: ordered.find(({ match }) => match === undefined || matchesRequest(match, request, place)),
    missing: flattened.flatMap(({ missing }) => missing),
  };
}

/** The path condition of the chosen block: a prefix rewrite replaces what it matched. */
export function uriOf({ match }: Chosen): StringMatch | undefined {
  return match?.uri;
}

/** Each block of a route is a route of its own to Envoy. */
function blocksOf(flat: FlatRoute): Chosen[] {
  return flat.matches === undefined || flat.matches.length === 0
    ? [{ flat, match: undefined }]
    : flat.matches.map((match) => ({ flat, match }));
}

/** A sidecar takes the first VirtualService of a host, a gateway all of them. */
function forHost(world: World, hosts: readonly string[], gateway: string): VirtualServiceView[] {
  const bound = world.boundTo.get(gateway) ?? [];
  for (const host of hosts) {
    const best = mostSpecific(
      bound.flatMap((object) => hostsOf(object)),
      host,
    );
    if (best !== undefined) {
      const speaking = bound.filter((object) => hostsOf(object).includes(best));
      return gateway === "mesh" ? speaking.slice(0, 1) : speaking;
    }
  }
  return [];
}

function hostsOf(object: VirtualServiceView): string[] {
  return (object.spec.hosts ?? []).map((host) => fullHost(host, namespaceOf(object)));
}

/** Conditions that Envoy sees; the others decide beforehand which proxy gets the route at all. */
const VISIBLE = ["scheme", "method", "authority", "headers", "withoutHeaders", "queryParams"] as const;

function isCatchAll({ match }: Chosen): boolean {
  const uri = match?.uri;
  const isAnyPath = uri === undefined || uri.prefix === "/" || uri.regex === ".*";
  return isAnyPath && VISIBLE.every((key) => Object.keys(match?.[key] ?? {}).length === 0);
}
