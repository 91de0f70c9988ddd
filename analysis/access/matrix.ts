import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { peerMode } from "../authorization/peer-mode.ts";
import { policiesFor } from "../authorization/select.ts";
import { accessInAmbient, outboundInAmbient } from "./ambient.ts";
import { gatewayAccess, outboundAccess } from "./edge-of-mesh.ts";
import { accessBy, onPort, type Grant } from "./grants.ts";
import { partiesOf, type Party } from "./parties.ts";
import { endpointOf, fromOrigins, type PortAccess } from "./ways.ts";
import { indexOf, type AccessIndex, type AccessWorld } from "./access-index.ts";

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

/**
 * Which party can call which: every ordered pair of services, gateways and the outside. A pair is allowed when mutual TLS,
 * AuthorizationPolicies and NetworkPolicies all let at least one request pass.
 */
export function accessMatrix(world: AccessWorld): AccessEdge[] {
  const all = partiesOf(world);
  const index = indexOf(world);
  return all.flatMap((from) =>
    all.filter((to) => to.name !== from.name && to.kind !== "elsewhere").map((to) => edge(index, from, to)),
  );
}

function edge(index: AccessIndex, from: Party, to: Party): AccessEdge {
  const perPort =
    (to.kind === "outside" ? outboundInAmbient(index, from) : accessInAmbient(index, from, to)) ??
    to.ports.map((port) => {
      const identity = byIdentity(index, from, to, port);
      return identity.grants.length === 0 ? identity : fromOrigins(index, from, endpointOf(to), port, identity.grants);
    });
  const grants = perPort.flatMap((access) => access.grants);
  const allowed = grants.length > 0;
  const unique = (values: readonly string[]) => [...new Set(values)];
  return {
    from: from.name,
    to: to.name,
    allowed,
    methods: unique(grants.flatMap(({ methods }) => methods)),
    paths: unique(grants.flatMap(({ paths }) => paths)),
    by: unique(perPort.filter((access) => access.grants.length > 0 === allowed).flatMap(({ by }) => by)),
    // The same grant on several ports counts once.
    grants: [...new Map(grants.map((grant) => [JSON.stringify(grant), grant])).values()],
  };
}

/** By mutual TLS and AuthorizationPolicies. */
function byIdentity(index: AccessIndex, from: Party, to: Party, port: number): PortAccess {
  const { workload } = to;
  if (workload === undefined) {
    return outboundAccess(index, from);
  }
  const closed = to.kind === "gateway" ? gatewayAccess(index, from, to) : undefined;
  if (closed !== undefined) {
    return { grants: [], by: [closed] };
  }
  const { mode, by } = peerMode(index.peers, workload, port, NAMESPACES.istioSystem);
  if (to.kind === "service" && mode === "STRICT" && from.principal === undefined) {
    return { grants: [], by: [`PeerAuthentication ${by?.namespace ?? ""}/${by?.name ?? ""}`] };
  }
  // On a port of plain text nobody shows a certificate, and no policy learns who calls; nor does ztunnel show one to a gateway.
  const isPlain = mode === "DISABLE" || index.ambient.has(from.workload?.namespace ?? "");
  const principal = isPlain ? undefined : from.principal;
  const policies = policiesFor(index.authorization, workload, NAMESPACES.istioSystem);
  const { grants, deniedBy } = onPort(accessBy(policies, [index.trustDomain], principal), port);
  return { grants, by: deniedBy };
}
