import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { ISTIO_PORTS } from "../../mesh/kubernetes/ports.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import { policiesAtWaypoint, type Waypoint, type WaypointTarget } from "../authorization/waypoint.ts";
import { policiesAtZtunnel } from "../authorization/ztunnel.ts";
import { nameOf } from "../objects/object.ts";
import { accessBy, onPort, type Access } from "./grants.ts";
import { OUTSIDE, type Party } from "./parties.ts";
import { endpointOf, fromOrigins, overNetwork, type PortAccess } from "./ways.ts";
import { ofKind, outsideHosts, type AccessIndex } from "./access-index.ts";

/**
 * How a service without sidecar is reached: by its waypoint, which holds callers to the policies of the Service and is the caller that
 * the pods' ztunnel then sees; and past it, straight to a pod, where ztunnel alone decides. Each port and way by itself.
 * @returns undefined when the pods of `to` are not in an ambient mesh
 */
export function accessInAmbient(index: AccessIndex, from: Party, to: Party): PortAccess[] | undefined {
  const ambient = index.ambient.get(to.workload?.namespace ?? "");
  if (ambient === undefined || to.kind !== "service") {
    return undefined;
  }
  const { waypoint } = ambient;
  const through =
    waypoint === undefined || from.principal === undefined || from.principal === waypoint.principal
      ? []
      : servicePorts(index, to).map((port) => throughWaypoint(index, from, to, waypoint, port));
  const straight = to.ports.map((port) => straightTo(index, from, to, port));
  // Where a waypoint refuses, it is known why; that nobody passes it by is no further reason.
  return through.length === 0 ? straight : [...through, ...straight.filter(({ grants }) => grants.length > 0)];
}

/** What lies outside: hosts that the mesh knows, by the waypoint; and whatever the network lets out, as ztunnel hands on the rest. */
export function outboundInAmbient(index: AccessIndex, from: Party): PortAccess[] | undefined {
  const ambient = index.ambient.get(from.workload?.namespace ?? "");
  if (ambient === undefined || from.kind === "gateway") {
    return undefined;
  }
  const { waypoint } = ambient;
  const entries = waypoint === undefined ? [] : entriesOf(index, waypoint);
  if (waypoint !== undefined && from.principal === waypoint.principal) {
    return entries.map((entry) => onward(index, waypoint, entry));
  }
  const known = waypoint === undefined ? [] : entries.map((entry) => toEntry(index, from, waypoint, entry));
  const grant = { methods: ["*"], paths: ["*"], by: "ztunnel, which hands on what it does not know", conditions: [] };
  const hop = { from: endpointOf(from), to: endpointOf(OUTSIDE), port: HTTPS };
  return [...known, overNetwork(index, [hop], { grants: [grant], by: [] })];
}

const HTTPS = 443;

function throughWaypoint(index: AccessIndex, from: Party, to: Party, waypoint: Waypoint, port: number): PortAccess {
  const asked = atWaypoint(index, from, waypoint, { kind: "Service", name: to.name }, port);
  const onward = atZtunnel(index, to, waypoint.principal);
  const refusing = [asked, onward].find(({ grants }) => grants.length === 0);
  if (refusing !== undefined) {
    return { grants: [], by: refusing.deniedBy };
  }
  const pods = { pod: waypoint.workload };
  const hops = [
    { from: endpointOf(from), to: pods, port: ISTIO_PORTS.hbone },
    { from: pods, to: endpointOf(to), port: ISTIO_PORTS.hbone },
  ];
  const by = [...asked.grants, ...onward.grants].map((grant) => grant.by);
  return overNetwork(index, hops, { grants: asked.grants, by });
}

function straightTo(index: AccessIndex, from: Party, to: Party, port: number): PortAccess {
  const { workload } = to;
  const { mode, by } = workload === undefined ? {} : peerMode(index.peers, workload, port, NAMESPACES.istioSystem);
  if (from.principal === undefined && mode === "STRICT") {
    return { grants: [], by: [`PeerAuthentication ${by?.namespace ?? ""}/${by?.name ?? ""}`] };
  }
  const { grants, deniedBy } = atZtunnel(index, to, from.principal, port);
  // A caller with a certificate comes by the tunnel; others to the pod's own port, from each network that a policy names.
  const arrival = from.principal === undefined ? port : ISTIO_PORTS.hbone;
  return grants.length === 0 ? { grants, by: deniedBy } : fromOrigins(index, from, endpointOf(to), arrival, grants);
}

/** A port of a host outside that the waypoint calls. */
interface Entry {
  readonly object: ReturnType<typeof outsideHosts>[number]["entry"];
  readonly host: string;
  readonly port: number;
}

function entriesOf(index: AccessIndex, { workload }: Waypoint): Entry[] {
  return outsideHosts(index)
    .filter(({ entry }) => entry.metadata.namespace === workload.namespace)
    .flatMap(({ host, entry: object }) =>
      (object.spec.ports ?? []).map(({ number, targetPort = number }) => ({ object, host, port: targetPort })),
    );
}

function toEntry(index: AccessIndex, from: Party, waypoint: Waypoint, { object, host, port }: Entry): PortAccess {
  const asked = atWaypoint(index, from, waypoint, { kind: "ServiceEntry", name: object.metadata.name });
  if (asked.grants.length === 0) {
    return { grants: [], by: asked.deniedBy };
  }
  const pods = { pod: waypoint.workload };
  const hops = [
    { from: endpointOf(from), to: pods, port: ISTIO_PORTS.hbone },
    { from: pods, to: endpointOf(OUTSIDE), port },
  ];
  return overNetwork(index, hops, {
    grants: asked.grants.map((grant) => ({ ...grant, conditions: [`host ${host}`, ...grant.conditions] })),
    by: asked.grants.map(({ by }) => by),
  });
}

/** What the waypoint itself sends outside: nothing asks it who it is there. */
function onward(index: AccessIndex, { workload }: Waypoint, { object, host, port }: Entry): PortAccess {
  const by = nameOf(object);
  const grants = [{ methods: ["*"], paths: ["*"], by, conditions: [`host ${host}`] }];
  return overNetwork(index, [{ from: { pod: workload }, to: endpointOf(OUTSIDE), port }], { grants, by: [by] });
}

function atWaypoint(
  { authorization, trustDomain }: AccessIndex,
  { principal }: Party,
  waypoint: Waypoint,
  target: WaypointTarget,
  port?: number,
): Access {
  return onPort(accessBy(policiesAtWaypoint(authorization, waypoint, target), [trustDomain], principal), port);
}

function atZtunnel(index: AccessIndex, { workload }: Party, principal: string | undefined, port?: number): Access {
  if (workload === undefined) {
    return { grants: [], deniedBy: [] };
  }
  const policies = policiesAtZtunnel(index.authorization, workload, NAMESPACES.istioSystem);
  return onPort(accessBy(policies, [index.trustDomain], principal), port);
}

/** Ports of the Service of the same name: what a waypoint sees. */
function servicePorts({ objects }: AccessIndex, { name, workload }: Party): number[] {
  const service = ofKind(objects, "Service").find(
    ({ metadata }) => metadata.name === name.replace(/@.*$/, "") && metadata.namespace === workload?.namespace,
  );
  return (service?.spec.ports ?? []).map(({ port }) => port);
}
