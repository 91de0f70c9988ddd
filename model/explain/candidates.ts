import type { VirtualServiceObject } from "../objects.ts";
import { flatten, type FlatRoute, type MissingDelegate } from "./delegates.ts";
import { fullHost, mostSpecific } from "./hosts.ts";
import { matchesRequest, type Place } from "./http-match.ts";
import type { StringMatch } from "./string-match.ts";
import type { MeshRequest } from "./types.ts";
import { namespaceOf, type HttpMatch, type World } from "./world.ts";

/** The route that takes a request. */
export interface Chosen {
  readonly flat: FlatRoute;
  /** The block that holds; undefined where the route takes everything. */
  readonly match: HttpMatch | undefined;
}

/** What came of the search for a route. */
export interface Search {
  /** VirtualServices that speak for the host, in their order. */
  readonly objects: readonly VirtualServiceObject[];
  readonly chosen: Chosen | undefined;
  readonly missing: readonly MissingDelegate[];
}

/** The first route that takes a request, among the VirtualServices of its host at this place. */
export function findRoute(world: World, hosts: readonly string[], request: MeshRequest, place: Place): Search {
  const objects = forHost(world, hosts, place.gateway);
  const flattened = objects.map((object) => flatten(world, object));
  const routes = flattened.flatMap(({ routes }) => routes);
  // Where several objects share a host, Istio moves what takes everything to the end.
  const ordered = objects.length < 2 ? routes : [...routes.filter(isParticular), ...routes.filter(isCatchAll)];
  return {
    objects,
    chosen: firstMatch(ordered, request, place),
    missing: flattened.flatMap(({ missing }) => missing),
  };
}

/** The path condition of the chosen block: a prefix rewrite replaces what it matched. */
export function uriOf({ match }: Chosen): StringMatch | undefined {
  return match?.uri;
}

function firstMatch(routes: readonly FlatRoute[], request: MeshRequest, place: Place): Chosen | undefined {
  for (const flat of routes) {
    if (flat.matches === undefined || flat.matches.length === 0) {
      return { flat, match: undefined };
    }
    const match = flat.matches.find((block) => matchesRequest(block, request, place));
    if (match !== undefined) {
      return { flat, match };
    }
  }
  return undefined;
}

/** A sidecar takes the first VirtualService of a host, a gateway all of them. */
function forHost(world: World, hosts: readonly string[], gateway: string): VirtualServiceObject[] {
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

function hostsOf(object: VirtualServiceObject): string[] {
  return (object.spec.hosts ?? []).map((host) => fullHost(host, namespaceOf(object)));
}

function isCatchAll({ matches }: FlatRoute): boolean {
  return matches === undefined || matches.length === 0 || matches.some(takesEverything);
}

function isParticular(route: FlatRoute): boolean {
  return !isCatchAll(route);
}

function takesEverything({ uri, ...rest }: HttpMatch): boolean {
  const isAnyPath = uri === undefined || uri.prefix === "/" || uri.regex === ".*";
  return isAnyPath && Object.values(rest).every((value) => value === undefined || isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
