import type {
  AuthorizationPolicyObject,
  NetworkPolicyObject,
  PeerAuthenticationObject,
} from "../../mesh/kubernetes/objects.ts";
import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { connects, type Endpoint } from "../authorization/network.ts";
import { ambientNamespaces } from "../authorization/waypoint.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import { accessInAmbient, outboundInAmbient } from "./ambient.ts";
import { accessOf, type Grant } from "./grants.ts";
import { gatewayAccess, outboundAccess } from "./edge-of-mesh.ts";
import { partiesOf, type Party } from "./parties.ts";
import type { AccessWorld, AccessIndex, PortAccess } from "./access-index.ts";

/** One ordered pair of the matrix. */
export interface AccessEdge {
  readonly from: string;
  readonly to: string;
  readonly allowed: boolean;
  /** Methods of all grants together; `*` is every one. */
  readonly methods: readonly string[];
  /** Paths of all grants together, as patterns. */
  readonly paths: readonly string[];
  /** Objects that let pass, or that refuse. */
  readonly by: readonly string[];
  /** Which methods go with which paths, under which conditions. */
  readonly grants: readonly Grant[];
}

/** Everybody that the matrix is about. */
export function parties({ objects, releases, trustDomain }: AccessWorld): Party[] {
  return partiesOf(objects, releases, trustDomain);
}

/**
 * Who can call whom: every ordered pair of services, gateways and the outside. A pair is allowed when mutual TLS,
 * AuthorizationPolicies and NetworkPolicies all let at least one request pass.
 */
export function accessMatrix(world: AccessWorld): AccessEdge[] {
  const all = parties(world);
  const index = indexOf(world);
  return all.flatMap((from) =>
    all.filter((to) => to.name !== from.name && to.kind !== "elsewhere").map((to) => edge(index, from, to)),
  );
}

function indexOf(world: AccessWorld): AccessIndex {
  const { objects } = world;
  const namespaces = objects.flatMap((object) => (object.kind === "Namespace" ? [object.metadata] : []));
  return {
    ...world,
    authorization: objects.filter(
      (object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy",
    ),
    peers: objects.filter((object): object is PeerAuthenticationObject => object.kind === "PeerAuthentication"),
    network: {
      policies: objects.filter((object): object is NetworkPolicyObject => object.kind === "NetworkPolicy"),
      namespaceLabels: new Map(namespaces.map(({ name, labels }) => [name, labels ?? {}])),
    },
    ambient: ambientNamespaces(objects, world.trustDomain),
  };
}

/** A host of the Internet, of the addresses that are set aside for documentation. */
const SOMEWHERE = "203.0.113.10";

/** Where the requests of a grant come from: a pod, or of each network that it names an address. */
function origins({ workload }: Party, { addresses = [SOMEWHERE] }: Grant): Endpoint[] {
  return workload === undefined
    ? addresses.map((cidr) => ({ address: cidr.replace(/\/\d+$/, "") }))
    : [{ pod: workload }];
}

function edge(index: AccessIndex, from: Party, to: Party): AccessEdge {
  const perPort =
    (to.kind === "outside" ? outboundInAmbient(index, from) : accessInAmbient(index, from, to)) ??
    to.ports.map((port) => onPort(index, from, to, port));
  const grants = perPort.flatMap(({ grants }) => grants);
  const open = grants.length > 0;
  const unique = (values: readonly string[]) => [...new Set(values)];
  return {
    from: from.name,
    to: to.name,
    allowed: open,
    methods: unique(grants.flatMap(({ methods }) => methods)),
    paths: unique(grants.flatMap(({ paths }) => paths)),
    by: unique(perPort.filter(({ grants }) => grants.length > 0 === open).flatMap(({ by }) => by)),
    grants: merged(grants),
  };
}

function onPort(index: AccessIndex, from: Party, to: Party, port: number): PortAccess {
  const identity = byIdentity(index, from, to, port);
  if (identity.grants.length === 0) {
    return identity;
  }
  const target: Endpoint = to.workload === undefined ? { address: SOMEWHERE } : { pod: to.workload };
  const decided = identity.grants.map((grant) => ({
    grant,
    ways: origins(from, grant).map((origin) => connects(index.network, origin, target, port)),
  }));
  const open = decided.filter(({ ways }) => ways.some(({ allowed }) => allowed));
  const by = (open.length > 0 ? open : decided)
    .flatMap(({ ways }) => ways)
    .filter(({ allowed }) => allowed === open.length > 0)
    .flatMap((way) => way.by.map((name) => `NetworkPolicy ${name}`));
  return open.length > 0
    ? { grants: open.map(({ grant }) => grant), by: [...open.map(({ grant }) => grant.by), ...by] }
    : { grants: [], by };
}

/** What mutual TLS and AuthorizationPolicies say. */
function byIdentity(index: AccessIndex, from: Party, to: Party, port: number): PortAccess {
  const { workload } = to;
  if (workload === undefined) {
    return outboundAccess(index, from);
  }
  if (to.kind === "gateway") {
    const closed = gatewayAccess(index, from, to);
    if (closed !== undefined) {
      return { grants: [], by: [closed] };
    }
  }
  const { mode, by } = peerMode(index.peers, workload, port, NAMESPACES.istioSystem);
  if (to.kind === "service" && mode === "STRICT" && from.principal === undefined) {
    return { grants: [], by: [`PeerAuthentication ${by?.namespace ?? ""}/${by?.name ?? ""}`] };
  }
  // On a port of plain text nobody shows a certificate, and no policy learns who calls; nor does ztunnel show one to a gateway.
  const isPlain = mode === "DISABLE" || index.ambient.has(from.workload?.namespace ?? "");
  const principal = isPlain ? undefined : from.principal;
  const access = accessOf(
    { policies: index.authorization, rootNamespace: NAMESPACES.istioSystem, trustDomains: [index.trustDomain] },
    workload,
    principal,
  );
  const grants = access.grants.filter(({ ports }) => ports === undefined || ports.includes(String(port)));
  return { grants, by: grants.length === 0 ? access.deniedBy : [...new Set(grants.map((grant) => grant.by))] };
}

/** The same grant on several ports counts once. */
function merged(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [JSON.stringify(grant), grant])).values()];
}
