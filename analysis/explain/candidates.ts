import { hasLabels, namespaceOf } from "../objects/object.ts";
import { flatten, type FlatRoute, type MissingDelegate } from "./delegates.ts";
import { coversHost, fullHost, mostSpecific } from "./hosts.ts";
import { matchesRequest, type Place } from "./http-match.ts";
import type { MeshRequest } from "./types.ts";
import { gatewayKey, type HttpMatch, type TlsRoute, type VirtualServiceView } from "./views.ts";
import type { World } from "./world.ts";

/** The route that takes a request. */
export interface Chosen {
  readonly flat: FlatRoute;
  /** The block that holds; undefined where the route takes everything. */
  readonly match: HttpMatch | undefined;
}

/** What came of the search for a route. */
export interface Search {
  /** VirtualServices with the host, in their order. */
  readonly objects: readonly VirtualServiceView[];
  readonly chosen: Chosen | undefined;
  readonly missing: readonly MissingDelegate[];
}

/** Where no HTTP route can hold. */
export const NO_SEARCH: Search = { objects: [], chosen: undefined, missing: [] };

/** The first route that takes a request, among the VirtualServices of its host at this place. */
export function findRoute(
  { boundTo, virtualServices }: World,
  host: string,
  request: MeshRequest,
  place: Place,
): Search {
  const objects = forHost(boundTo.get(place.gateway) ?? [], host, place.gateway === "mesh");
  const flattened = objects.map((object) => flatten(virtualServices, object));
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

/** Each block of a route is a route of its own to Envoy. */
function blocksOf(flat: FlatRoute): Chosen[] {
  const { matches = [] } = flat;
  return matches.length === 0 ? [{ flat, match: undefined }] : matches.map((match) => ({ flat, match }));
}

/** A sidecar takes the first VirtualService of a host, a gateway all of them. */
function forHost(bound: readonly VirtualServiceView[], host: string, isSidecar: boolean): VirtualServiceView[] {
  const best = mostSpecific(bound.flatMap(hostsOf), host);
  const having = best === undefined ? [] : bound.filter((object) => hostsOf(object).includes(best));
  return isSidecar ? having.slice(0, 1) : having;
}

function hostsOf(object: VirtualServiceView): string[] {
  return (object.spec.hosts ?? []).map((host) => fullHost(host, namespaceOf(object)));
}

/** Conditions that Envoy sees; the others decide beforehand which proxy gets the route at all. */
const VISIBLE = ["scheme", "method", "authority", "headers", "withoutHeaders", "queryParams"] as const;

function isCatchAll({ match: { uri, ...match } = {} }: Chosen): boolean {
  const isAnyPath = uri === undefined || uri.prefix === "/" || uri.regex === ".*";
  return isAnyPath && VISIBLE.every((key) => Object.keys(match[key] ?? {}).length === 0);
}

/** A route of connections that stay encrypted: chosen by the server name of the handshake alone. */
export interface ChosenTls {
  readonly object: VirtualServiceView;
  readonly index: number;
  readonly route: TlsRoute;
}

/** The first TLS route for a host at this place. */
export function findTlsRoute({ boundTo }: World, host: string, place: Place): ChosenTls | undefined {
  const routes = (boundTo.get(place.gateway) ?? []).flatMap((object) =>
    (object.spec.tls ?? []).map((route, index) => ({ object, index, route })),
  );
  return routes.find(({ object, route }) =>
    route.match.some(
      ({ sniHosts, port, sourceLabels, gateways }) =>
        sniHosts.some((pattern) => coversHost(pattern, host)) &&
        (port === undefined || port === place.port) &&
        hasLabels(place.labels, sourceLabels) &&
        (gateways === undefined || gateways.some((name) => gatewayKey(name, namespaceOf(object)) === place.gateway)),
    ),
  );
}
