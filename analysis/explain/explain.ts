import { principal as principalOf } from "../../mesh/kubernetes/names.ts";
import { policiesAtWaypoint, type Waypoint, type WaypointTarget } from "../authorization/waypoint.ts";
import { hasLabels, nameOf, namespaceOf } from "../objects/object.ts";
import { admit, admitAtWaypoint, refused } from "./access.ts";
import { callerPods, gatewayAt, lookUp, readsHttpOn } from "./callers.ts";
import { findRoute, findTlsRoute, NO_SEARCH, type ChosenTls, type Search } from "./candidates.ts";
import { sendToService, solePort, targetsOf, tlsModeOf, type Destination } from "./destination.ts";
import { enter, entrances, isPassthrough, isRefusal, portOf, unreadBecause, type Entry } from "./entry.ts";
import { follow } from "./follow.ts";
import { explanationOf, failed, passed, step, together, type Outcome } from "./outcome.ts";
import { globalLimitsOf } from "./rate-limits.ts";
import type { Caller, Explanation, MeshRequest } from "./types.ts";
import { handedOn, sendOutside, unknownHost } from "./unknown-host.ts";
import type { Hop, Walk } from "./walk.ts";
import { whoPasses } from "./who.ts";
import type { GatewayWorkload, World } from "./world.ts";

/** Gateways that a request may pass through: in by one, out by one; more is a circle. */
const MAX_GATEWAYS = 3;

/**
 * What becomes of a request in the mesh that these objects make: which pods would answer with what probability, and
 * each step that led there. Reads objects alone, as Istio's control plane and Envoy do; asks no cluster.
 * @param now seconds since 1970, for the end of tokens
 * @throws UnknownCallerError when `request.from` is no service of the mesh
 */
export function explain(world: World, request: MeshRequest, now: number): Explanation {
  const walk: Walk = { world, request, share: 1, now, gateways: 0 };
  return explanationOf(request.from === undefined ? fromOutside(walk) : fromService(walk, request.from));
}

function fromOutside(walk: Walk): Outcome {
  const entry = enter(entrances(walk.world, walk.request.gateway), walk.request);
  return isRefusal(entry)
    ? { ...passed(entry.step), own: { status: entry.status } }
    : throughGateway(walk, entry, undefined);
}

/** @param principal identity of the caller where it is in the mesh; undefined for a client outside */
function throughGateway(walk: Walk, entry: Entry, principal: string | undefined): Outcome {
  const { world, request, share } = walk;
  const { server, workload, port, key } = entry;
  const { host, path, scheme } = request;
  if (server.tls?.httpsRedirect === true && scheme === "http") {
    const location = `https://${host}${path}`;
    const message = `answers plain HTTP with a redirect to ${location}`;
    return { ...passed({ ...entry.step, message }), own: { status: 301, location } };
  }
  const arrived = passed(entry.step);
  if (workload === undefined) {
    const because = `no gateway of this stack carries the labels of ${nameOf(entry.gateway)}`;
    return together(arrived, failed(503, share, because));
  }
  const admission = admit(walk, workload, { principal, port, isGateway: true });
  if (admission.status !== undefined) {
    return together(arrived, refused(admission, share));
  }
  const { labels, namespace, serviceAccount } = workload;
  const hop: Hop = {
    ...walk,
    gateways: walk.gateways + 1,
    place: { gateway: key, port, labels, namespace },
    principal: principalOf(world.trustDomain, namespace, serviceAccount),
  };
  const before = passed(entry.step, ...admission.steps);
  const isEncrypted = isPassthrough(server) || server.port.protocol === "TLS";
  const tls = isEncrypted ? findTlsRoute(world, host, hop.place) : undefined;
  if (tls !== undefined) {
    return together(before, followTls(hop, tls));
  }
  const search = findRoute(world, host, request, hop.place);
  return together(
    { ...before, limits: globalLimitsOf(world, workload, request) },
    routed(hop, search) ?? noRoute(hop, search, nameOf(entry.gateway)),
  );
}

function fromService(walk: Walk, from: Caller): Outcome {
  const { world, request } = walk;
  const isEncrypted = request.scheme === "https";
  const pods = callerPods(world, from);
  const { namespace, labels, serviceAccount } = pods;
  const target = lookUp(world, pods, request.host);
  const named = request.port ?? (target.kind === "service" ? solePort(target.service) : undefined);
  const port = named ?? portOf(request);
  const hop: Hop = {
    ...walk,
    place: { gateway: "mesh", port, labels, namespace },
    principal: principalOf(world.trustDomain, namespace, serviceAccount),
  };
  const isAmbient = world.ambient.has(namespace);
  const caller = `Deployment ${namespace}/${pods.deployment}`;
  const before = passed(step(caller, `calls ${target.host} on port ${port}`, isAmbient ? "ztunnel" : "sidecar"));
  if (isAmbient) {
    // ztunnel routes nothing: it brings the connection to the waypoint, if there is one.
    const sent = target.kind === "unknown" ? handedOn(walk, target) : send(hop, { host: target.host, port });
    return together(before, sent);
  }
  const unread = isEncrypted ? undefined : unreadPath(request, caller);
  // What the sidecar does not know it reads only on a port where something that it knows speaks HTTP.
  if (unread !== undefined && (target.kind !== "unknown" || readsHttpOn(world, pods, portOf(request)))) {
    return together(before, unread);
  }
  if (target.kind === "unknown") {
    const through = (gateway: GatewayWorkload) =>
      intoGateway(walk, gateway, { host: target.host, port: portOf(request) }, undefined);
    return together(before, unknownHost(walk, pods, target, through));
  }
  const tls = isEncrypted ? findTlsRoute(world, target.host, hop.place) : undefined;
  if (tls !== undefined) {
    return together(before, followTls(hop, tls));
  }
  // A sidecar cannot look into TLS: HTTP routes do not hold for it.
  const search = isEncrypted ? NO_SEARCH : findRoute(world, target.host, request, hop.place);
  return together(before, routedOrSent(hop, search, { host: target.host, port: named }));
}

/** Undefined where no route takes the request. */
function routed(hop: Hop, { chosen, missing }: Search): Outcome | undefined {
  const gaps = missing.map(({ root, index, delegate }) =>
    step(root, `left out: its delegate ${delegate} is not there`, `http[${index}]`),
  );
  return chosen && together(passed(...gaps), follow(hop, chosen, send));
}

/** By the routes of the host; a host that has none is sent to as it is. */
function routedOrSent(hop: Hop, search: Search, destination: Destination): Outcome {
  const [first] = search.objects;
  const other = () => (first === undefined ? send(hop, destination) : noRoute(hop, search, nameOf(first)));
  return routed(hop, search) ?? other();
}

function noRoute({ request: { host, method, path }, share }: Walk, { objects, missing }: Search, at: string): Outcome {
  const gaps = missing.map(({ delegate }) => `; the delegate ${delegate} is not there`).join("");
  const message =
    objects.length === 0
      ? `no VirtualService speaks for ${host} here`
      : `no route of ${objects.map(nameOf).join(", ")} takes ${method} ${path}${gaps}`;
  return failed(404, share, "no route", step(at, message));
}

function followTls(hop: Hop, { object, index, route }: ChosenTls): Outcome {
  const message = `the connection for ${hop.request.host} stays encrypted; its server name decides`;
  return together(
    passed(step(object, message, `tls[${index}]`)),
    ...targetsOf(object, route.route ?? []).map(({ destination, weight }) =>
      send({ ...hop, share: hop.share * weight }, destination),
    ),
  );
}

/** Sends a share on: to a Service, through a gateway of the mesh, or out of it. */
function send(hop: Hop, destination: Destination): Outcome {
  const { world, principal } = hop;
  const { host } = destination;
  const gateway = gatewayAt(world, host);
  if (gateway !== undefined) {
    // A proxy shows its certificate to a gateway only where a DestinationRule asks for it.
    const isMutual = tlsModeOf(world, destination) === "ISTIO_MUTUAL";
    return intoGateway(hop, gateway, destination, isMutual ? principal : undefined);
  }
  const service = world.services.get(host);
  const object = service ?? world.serviceEntries.get(host);
  const waypoint = object && world.ambient.get(namespaceOf(object))?.waypoint;
  if (object !== undefined && waypoint !== undefined && hop.isPastWaypoint !== true) {
    const kind = service === undefined ? "ServiceEntry" : "Service";
    return throughWaypoint(hop, waypoint, { kind, name: object.metadata.name }, destination);
  }
  return service === undefined ? sendOutside(hop, host) : sendToService(hop, service, destination);
}

/** Sends a share through a waypoint, which holds the caller to its policies and routes in its place. */
function throughWaypoint(
  hop: Hop,
  waypoint: Waypoint,
  target: WaypointTarget,
  { host, port: named }: Destination,
): Outcome {
  const { world, request, share, principal } = hop;
  const { labels, namespace } = waypoint.workload;
  const port = named ?? solePort(world.services.get(host)) ?? portOf(request);
  // A service's own TLS nobody looks into; a client's the gateway has taken off.
  const isOpaque = request.scheme === "https" && hop.gateways === 0;
  const unread = isOpaque ? undefined : unreadPath(request, `Gateway ${namespace}/${waypoint.name}`);
  if (unread !== undefined) {
    return unread;
  }
  const admission = admitAtWaypoint(hop, waypoint, target, { principal, port });
  const policies = policiesAtWaypoint(world.authorizationPolicies, waypoint, target);
  const callers = target.kind === "Service" ? whoPasses(world, policies, port, request) : undefined;
  if (admission.status !== undefined) {
    return { ...refused(admission, share), callers };
  }
  const onward: Hop = {
    ...hop,
    isPastWaypoint: true,
    place: { gateway: "mesh", port, labels, namespace },
    principal: waypoint.principal,
  };
  const search = isOpaque ? NO_SEARCH : findRoute(world, host, request, onward.place);
  return together({ ...passed(...admission.steps), callers }, routedOrSent(onward, search, { host, port }));
}

function intoGateway(
  walk: Walk,
  { labels }: GatewayWorkload,
  destination: Destination,
  principal: string | undefined,
): Outcome {
  const { world, request, share } = walk;
  if (walk.gateways >= MAX_GATEWAYS) {
    return failed(503, share, "the routes of the gateways lead in a circle");
  }
  const gatewayObjects = world.gatewayObjects.filter(({ spec }) => hasLabels(labels, spec.selector));
  const port = destination.port ?? portOf(request);
  // Between proxies the scheme of the request tells nothing of the connection.
  const isBetweenProxies = principal !== undefined;
  const entry = enter({ ...world, gatewayObjects }, { ...request, port }, { isBetweenProxies });
  return isRefusal(entry)
    ? failed(entry.status ?? 503, share, entry.step.message, entry.step)
    : throughGateway(walk, entry, principal);
}

/** What comes of a request that a proxy cannot read; undefined where it can. */
function unreadPath(request: MeshRequest, proxy: string): Outcome | undefined {
  const message = unreadBecause(request);
  return message === undefined
    ? undefined
    : { ...passed(step(proxy, message, "path normalization")), own: { status: 400 } };
}
