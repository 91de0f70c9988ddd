import { accessBy, type Access, type Grant } from "./grants.ts";
import type { Party } from "./parties.ts";
import { connects, type Endpoint } from "../authorization/network.ts";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import { policiesAtWaypoint, TUNNEL_PORT, type Waypoint, type WaypointTarget } from "../authorization/waypoint.ts";
import { policiesAtZtunnel } from "../authorization/ztunnel.ts";
import type { AccessIndex, PortAccess } from "./access-index.ts";

/**
 * How a service without sidecar is reached: by its waypoint, which holds callers to the policies of the Service and is the one whom
 * the pods' ztunnel then sees; and past it, straight to a pod, where ztunnel alone decides. Each port and way by itself.
 * @returns undefined when the pods of `to` are not in an ambient mesh
 */
export function accessInAmbient(index: AccessIndex, from: Party, to: Party): PortAccess[] | undefined {
  const ambient = to.workload === undefined ? undefined : index.ambient.get(to.workload.namespace);
  if (ambient === undefined || to.kind !== "service") {
    return undefined;
  }
  const { waypoint } = ambient;
  const through =
    waypoint === undefined || from.principal === undefined || from.principal === waypoint.principal
      ? []
      : servicePorts(index, to).map((port) => throughWaypoint(index, from, to, waypoint, port));
  const straight = to.ports.map((port) => straightTo(index, from, to, port));
  // Where a waypoint says no, it is known why; that nobody passes it by is no further reason.
  return through.length === 0 ? straight : [...through, ...straight.filter(({ grants }) => grants.length > 0)];
}

/** What lies outside: hosts that the mesh knows, by the waypoint; and whatever the network lets out, as ztunnel hands on the rest. */
export function outboundInAmbient(index: AccessIndex, from: Party): PortAccess[] | undefined {
  const ambient = from.workload === undefined ? undefined : index.ambient.get(from.workload.namespace);
  if (ambient === undefined || from.kind === "gateway") {
    return undefined;
  }
  const { waypoint } = ambient;
  if (waypoint !== undefined && from.principal === waypoint.principal) {
    return entries(index, waypoint).map((entry) => onward(index, waypoint, entry));
  }
  const known =
    waypoint === undefined ? [] : entries(index, waypoint).map((entry) => toEntry(index, from, waypoint, entry));
  const unknown = overNetwork(index, [{ from: endpoint(from), to: SOMEWHERE, port: HTTPS }], {
    grants: [{ methods: ["*"], paths: ["*"], by: "ztunnel, which hands on what it does not know", conditions: [] }],
    by: [],
  });
  return [...known, unknown];
}

/** A host of the Internet, of the addresses that are set aside for documentation. */
const SOMEWHERE: Endpoint = { address: "203.0.113.10" };

const HTTPS = 443;

interface Hop {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
}

function throughWaypoint(index: AccessIndex, from: Party, to: Party, waypoint: Waypoint, port: number): PortAccess {
  const asked = atWaypoint(index, from, waypoint, { kind: "Service", name: to.name }, port);
  const onward = atZtunnel(index, to, waypoint.principal, undefined);
  if (asked.grants.length === 0 || onward.grants.length === 0) {
    return { grants: [], by: asked.grants.length === 0 ? asked.deniedBy : onward.deniedBy };
  }
  const pods = { pod: waypoint.workload };
  const hops = [
    { from: endpoint(from), to: pods, port: TUNNEL_PORT },
    { from: pods, to: endpoint(to), port: TUNNEL_PORT },
  ];
  return overNetwork(index, hops, {
    grants: asked.grants,
    by: [...asked.grants, ...onward.grants].map(({ by }) => by),
  });
}

function straightTo(index: AccessIndex, from: Party, to: Party, port: number): PortAccess {
  const { workload } = to;
  const { mode, by } = workload === undefined ? {} : peerMode(index.peers, workload, port, NAMESPACES.istioSystem);
  if (from.principal === undefined && mode === "STRICT") {
    return { grants: [], by: [`PeerAuthentication ${by?.namespace ?? ""}/${by?.name ?? ""}`] };
  }
  const { grants, deniedBy } = atZtunnel(index, to, from.principal, port);
  if (grants.length === 0) {
    return { grants: [], by: deniedBy };
  }
  // Whoever has a certificate comes by the tunnel; others to the pod's own port, from each network that a policy names.
  const open = grants.flatMap((grant) => {
    const origins: Endpoint[] =
      from.workload === undefined
        ? (grant.addresses ?? ["203.0.113.10"]).map((cidr) => ({ address: cidr.replace(/\/\d+$/, "") }))
        : [endpoint(from)];
    return origins.map((origin) =>
      overNetwork(
        index,
        [{ from: origin, to: endpoint(to), port: from.principal === undefined ? port : TUNNEL_PORT }],
        { grants: [grant], by: [grant.by] },
      ),
    );
  });
  const passing = open.filter((way) => way.grants.length > 0);
  const told = passing.length > 0 ? passing : open;
  return { grants: passing.flatMap((way) => way.grants), by: told.flatMap((way) => way.by) };
}

function toEntry(index: AccessIndex, from: Party, waypoint: Waypoint, { name, host, port }: Entry): PortAccess {
  const asked = atWaypoint(index, from, waypoint, { kind: "ServiceEntry", name });
  if (asked.grants.length === 0) {
    return { grants: [], by: asked.deniedBy };
  }
  const pods = { pod: waypoint.workload };
  return overNetwork(
    index,
    [
      { from: endpoint(from), to: pods, port: TUNNEL_PORT },
      { from: pods, to: SOMEWHERE, port },
    ],
    {
      grants: asked.grants.map((grant) => ({ ...grant, conditions: [`host ${host}`, ...grant.conditions] })),
      by: asked.grants.map(({ by }) => by),
    },
  );
}

/** What the waypoint itself sends outside: nothing asks it who it is there. */
function onward(index: AccessIndex, { workload }: Waypoint, { name, host, port }: Entry): PortAccess {
  const by = `ServiceEntry ${workload.namespace}/${name}`;
  const grants = [{ methods: ["*"], paths: ["*"], by, conditions: [`host ${host}`] }];
  return overNetwork(index, [{ from: { pod: workload }, to: SOMEWHERE, port }], { grants, by: [by] });
}

function atWaypoint(
  index: AccessIndex,
  { principal }: Party,
  waypoint: Waypoint,
  target: WaypointTarget,
  port?: number,
): Access {
  const policies = policiesAtWaypoint(index.authorization, waypoint, target);
  return onPort(accessBy(policies, [index.trustDomain], principal), port);
}

function atZtunnel(index: AccessIndex, { workload }: Party, principal: string | undefined, port?: number): Access {
  return workload === undefined
    ? { grants: [], deniedBy: [] }
    : onPort(
        accessBy(
          policiesAtZtunnel(index.authorization, workload, NAMESPACES.istioSystem),
          [index.trustDomain],
          principal,
        ),
        port,
      );
}

function onPort({ grants, deniedBy }: Access, port: number | undefined): Access {
  const fitting = (grant: Grant) =>
    port === undefined || grant.ports === undefined || grant.ports.includes(String(port));
  return { grants: grants.filter(fitting), deniedBy };
}

/** The same where every hop is open; else nothing, by the policies of the first that is not. */
function overNetwork(index: AccessIndex, hops: readonly Hop[], access: PortAccess): PortAccess {
  const ways = hops.map(({ from, to, port }) => connects(index.network, from, to, port));
  const closed = ways.find(({ allowed }) => !allowed);
  const names = (closed === undefined ? ways : [closed]).flatMap(({ by }) => by.map((name) => `NetworkPolicy ${name}`));
  return closed === undefined ? { grants: access.grants, by: [...access.by, ...names] } : { grants: [], by: names };
}

function endpoint({ workload }: Party): Endpoint {
  return workload === undefined ? SOMEWHERE : { pod: workload };
}

/** Ports of the Service of the same name: what a waypoint sees. */
function servicePorts({ objects }: AccessIndex, { name, workload }: Party): number[] {
  const service = objects.find(
    (object) =>
      object.kind === "Service" &&
      object.metadata.name === name.replace(/@.*$/, "") &&
      object.metadata.namespace === workload?.namespace,
  );
  return service?.kind === "Service" ? (service.spec.ports ?? []).map(({ port }) => port) : [];
}

interface Entry {
  readonly name: string;
  readonly host: string;
  /** Port on which the waypoint calls it. */
  readonly port: number;
}

function entries({ objects }: AccessIndex, { workload }: Waypoint): Entry[] {
  return objects.flatMap((object) =>
    object.kind === "ServiceEntry" && object.metadata.namespace === workload.namespace
      ? object.spec.hosts.flatMap((host) =>
          (object.spec.ports ?? []).map(({ number, targetPort }) => ({
            name: object.metadata.name,
            host,
            port: targetPort ?? number,
          })),
        )
      : [],
  );
}
