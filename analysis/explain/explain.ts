import { policiesAtWaypoint } from "../authorization/waypoint.ts";
import { admit, admitAtWaypoint } from "./access.ts";
import { callerPods, gatewayAt, lookUp, readsHttpOn, type Target } from "./callers.ts";
import { findRoute, type Search } from "./candidates.ts";
import { sendToService, type Destination } from "./destination.ts";
import { enter, entrances, isPassthrough, isRefusal, portOf, type Entry } from "./entry.ts";
import { follow } from "./follow.ts";
import { fullHost } from "./hosts.ts";
import { NOTHING, explanationOf, failed, together, type Outcome } from "./outcome.ts";
import { globalLimitsOf } from "./rate-limits.ts";
import { callStep, NO_OBJECT, NO_SEARCH, noRoute } from "./steps.ts";
import { findTlsRoute, tlsStep, type ChosenTls } from "./tls-route.ts";
import type { Caller, Explanation, MeshRequest } from "./types.ts";
import { handedOn, sendOutside, unknownHost } from "./unknown-host.ts";
import { unreadPath } from "./unread-path.ts";
import { gatewayStanding, refusal, type Standing, type Walk } from "./walk.ts";
import { behindWaypoint, soleServicePort, type Waypointed } from "./waypointed.ts";
import { whoPasses } from "./who.ts";
import { nameOf, namespaceOf, type GatewayWorkload, type World } from "./world.ts";

/** Gateways that a request may pass through: in by one, out by one; more is a circle. */
const MAX_GATEWAYS = 3;

/**
 * What becomes of a request in the mesh that these objects make: which pods would answer with what probability, and
 * each step that led there. Reads objects alone, as Istio's control plane and Envoy do; asks no cluster.
 * @param now seconds since 1970, for the end of tokens
 * @throws UnknownCallerError when `request.from` is no service of the mesh
 */
export function explain(world: World, request: MeshRequest, now: number): Explanation {
  const walk: Walk = { world, now, gateways: 0 };
  return explanationOf(
    request.from === undefined ? fromOutside(walk, request) : fromService(walk, request.from, request),
  );
}

function fromOutside(walk: Walk, request: MeshRequest): Outcome {
  const entry = enter(entrances(walk.world, request.gateway), request);
  if (isRefusal(entry)) {
    return { ...NOTHING, own: { status: entry.status }, trace: [entry.step] };
  }
  return throughGateway(walk, entry, request, undefined, 1);
}

/** @param principal identity of the caller where it is in the mesh; undefined for a client outside */
function throughGateway(
  walk: Walk,
  entry: Entry,
  request: MeshRequest,
  principal: string | undefined,
  share: number,
): Outcome {
  const { world } = walk;
  const { server, workload } = entry;
  const arrived: Outcome = { ...NOTHING, trace: [entry.step] };
  if (server.tls?.httpsRedirect === true && request.scheme === "http") {
    const location = `https://${request.host}${request.path}`;
    const says = `answers plain HTTP with a redirect to ${location}`;
    return { ...arrived, own: { status: 301, location }, trace: [{ ...entry.step, says }] };
  }
  if (workload === undefined) {
    return together([
      arrived,
      failed(503, share, `no gateway of this stack carries the labels of ${nameOf(entry.gateway)}`, []),
    ]);
  }
  const standing = gatewayStanding(world, entry, workload);
  const admission = admit(world, workload, { principal, port: entry.port, isGateway: true }, request, walk.now);
  if (admission.status !== undefined) {
    return together([arrived, refusal(admission, admission.status, share)]);
  }
  const before: Outcome = { ...NOTHING, trace: [entry.step, ...admission.steps] };
  const onward = { ...walk, gateways: walk.gateways + 1 };
  const tls =
    isPassthrough(server) || server.port.protocol === "TLS"
      ? findTlsRoute(world, request.host, standing.place)
      : undefined;
  if (tls !== undefined) {
    return together([before, followTls(onward, tls, standing, request, share)]);
  }
  const search = findRoute(world, [request.host], request, standing.place);
  return together([
    { ...before, limits: globalLimitsOf(world, workload, request) },
    routed(onward, search, standing, request, share) ??
      failed(404, share, "no route", [{ object: nameOf(entry.gateway), rule: "", says: noRoute(search, request) }]),
  ]);
}

function fromService(walk: Walk, from: Caller, request: MeshRequest): Outcome {
  const { world } = walk;
  const pods = callerPods(world, from);
  const target = lookUp(world, pods, request.host);
  const port = request.port ?? onlyPort(target) ?? portOf(request);
  const standing: Standing = {
    place: { gateway: "mesh", port, labels: pods.labels, namespace: pods.namespace },
    principal: `${world.trustDomain}/ns/${pods.namespace}/sa/${pods.serviceAccount}`,
  };
  const isAmbient = world.ambient.has(pods.namespace);
  const before: Outcome = { ...NOTHING, trace: [callStep(pods, target, port, isAmbient)] };
  const unread = unreadPath(request, `Deployment ${pods.namespace}/${pods.deployment}`);
  // What the sidecar does not know it reads only on a port where something that it knows speaks HTTP.
  const isRead = () => target.kind !== "unknown" || readsHttpOn(world, pods, portOf(request));
  if (unread !== undefined && request.scheme === "http" && !isAmbient && isRead()) {
    return together([before, unread]);
  }
  if (target.kind === "unknown") {
    return together([
      before,
      isAmbient
        ? handedOn(target)
        : unknownHost(walk, pods, target, request, (gateway) =>
            intoGateway(walk, gateway, { host: target.host, port: portOf(request) }, undefined, request, 1),
          ),
    ]);
  }
  if (isAmbient) {
    // ztunnel routes nothing: it brings the connection to the waypoint, if there is one.
    return together([before, send(walk, { host: target.host, port }, standing, request, 1)]);
  }
  const tls = request.scheme === "https" ? findTlsRoute(world, target.host, standing.place) : undefined;
  if (tls !== undefined) {
    return together([before, followTls(walk, tls, standing, request, 1)]);
  }
  // A sidecar cannot look into TLS: HTTP routes do not hold for it.
  const search = request.scheme === "https" ? NO_SEARCH : findRoute(world, [target.host], request, standing.place);
  const outcome =
    routed(walk, search, standing, request, 1) ??
    (search.objects.length === 0
      ? send(walk, { host: target.host, port: request.port ?? onlyPort(target) }, standing, request, 1)
      : failed(404, 1, "no route", [
          { object: nameOf(search.objects[0] ?? NO_OBJECT), rule: "", says: noRoute(search, request) },
        ]));
  return together([before, outcome]);
}

function routed(
  walk: Walk,
  search: Search,
  standing: Standing,
  request: MeshRequest,
  share: number,
): Outcome | undefined {
  const gaps: Outcome = {
    ...NOTHING,
    trace: search.missing.map(({ root, index, delegate }) => ({
      object: nameOf(root),
      rule: `http[${index}]`,
      says: `left out: its delegate ${delegate} is not there`,
    })),
  };
  return search.chosen === undefined
    ? undefined
    : together([
        gaps,
        follow(walk.world, search.chosen, request, share, (destination, onward, part) =>
          send(walk, destination, standing, onward, part),
        ),
      ]);
}

function followTls(walk: Walk, tls: ChosenTls, standing: Standing, request: MeshRequest, share: number): Outcome {
  const { route: targets = [] } = tls.route;
  const total = targets.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const parts = targets.map(({ destination, weight }) =>
    send(
      walk,
      {
        host: fullHost(destination.host, namespaceOf(tls.object)),
        subset: destination.subset,
        port: destination.port?.number,
      },
      standing,
      request,
      share * (total === 0 ? 1 / targets.length : (weight ?? 0) / total),
    ),
  );
  return together([{ ...NOTHING, trace: [tlsStep(tls, request.host)] }, ...parts]);
}

/** Sends a share on: to a Service, through a gateway of the mesh, or out of it. */
function send(walk: Walk, destination: Destination, standing: Standing, request: MeshRequest, share: number): Outcome {
  const { world } = walk;
  const gateway = gatewayAt(world, destination.host);
  if (gateway !== undefined) {
    const principal = isMutual(world, destination) ? standing.principal : undefined;
    return intoGateway(walk, gateway, destination, principal, request, share);
  }
  const service = world.services.get(destination.host);
  const waypointed = walk.isPastWaypoint === true ? undefined : behindWaypoint(world, destination.host);
  if (waypointed !== undefined) {
    return throughWaypoint(walk, waypointed, destination, standing, request, share);
  }
  if (service !== undefined) {
    return sendToService(world, service, destination, standing, request, share, walk.now);
  }
  return sendOutside(world, destination.host, share);
}

/** Sends a share through a waypoint, which holds the caller to its policies and routes in its place. */
function throughWaypoint(
  walk: Walk,
  { waypoint, target }: Waypointed,
  destination: Destination,
  { principal }: Standing,
  request: MeshRequest,
  share: number,
): Outcome {
  const { world, now } = walk;
  const port = destination.port ?? soleServicePort(world, destination.host) ?? portOf(request);
  // A service's own TLS nobody looks into; a client's the gateway has taken off.
  const isOpaque = request.scheme === "https" && walk.gateways === 0;
  const unread = isOpaque ? undefined : unreadPath(request, `Gateway ${waypoint.workload.namespace}/${waypoint.name}`);
  if (unread !== undefined) {
    return unread;
  }
  const { status, because, steps } = admitAtWaypoint(world, waypoint, target, { principal, port }, request, now);
  const policies = policiesAtWaypoint(world.authorizationPolicies, waypoint, target);
  const callers = target.kind === "Service" ? { callers: whoPasses(world, policies, port, request) } : {};
  if (status !== undefined) {
    return { ...refusal({ status, because, steps }, status, share), ...callers };
  }
  const { labels, namespace } = waypoint.workload;
  const standing: Standing = {
    place: { gateway: "mesh", port, labels, namespace },
    principal: waypoint.principal,
  };
  const onward: Walk = { ...walk, isPastWaypoint: true };
  const search = isOpaque ? NO_SEARCH : findRoute(world, [destination.host], request, standing.place);
  const outcome =
    routed(onward, search, standing, request, share) ??
    (search.objects.length === 0
      ? send(onward, { host: destination.host, port }, standing, request, share)
      : failed(404, share, "no route", [
          { object: nameOf(search.objects[0] ?? NO_OBJECT), rule: "", says: noRoute(search, request) },
        ]));
  return together([{ ...NOTHING, ...callers, trace: steps }, outcome]);
}

function intoGateway(
  walk: Walk,
  gateway: GatewayWorkload,
  destination: Destination,
  principal: string | undefined,
  request: MeshRequest,
  share: number,
): Outcome {
  if (walk.gateways >= MAX_GATEWAYS) {
    return failed(503, share, "the routes of the gateways lead in a circle", []);
  }
  const own = walk.world.gatewayObjects.filter(({ spec }) =>
    Object.entries(spec.selector ?? {}).every(([name, value]) => gateway.labels[name] === value),
  );
  const port = destination.port ?? portOf(request);
  // Between proxies the scheme of the request says nothing of the connection.
  const entry = enter(
    { ...walk.world, gatewayObjects: own },
    { ...request, port },
    principal === undefined ? {} : { isBetweenProxies: true },
  );
  if (isRefusal(entry)) {
    return failed(entry.status ?? 503, share, entry.step.says, [entry.step]);
  }
  return throughGateway(walk, entry, request, principal, share);
}

/** Whether a proxy shows its certificate to a gateway: only where a DestinationRule says so. */
function isMutual(world: World, { host, subset }: Destination): boolean {
  const rule = world.destinationRules.get(host)?.spec;
  const own = rule?.subsets?.find(({ name }) => name === subset)?.trafficPolicy;
  return (own?.tls ?? rule?.trafficPolicy?.tls)?.mode === "ISTIO_MUTUAL";
}

function onlyPort(target: Target): number | undefined {
  const ports = target.kind === "service" ? (target.service.spec.ports ?? []) : [];
  return ports.length === 1 ? ports[0]?.port : undefined;
}
