import { connects, type Endpoint } from "../authorization/network.ts";
import type { Grant } from "./grants.ts";
import type { Party } from "./parties.ts";
import type { AccessIndex } from "./access-index.ts";

/** What passes on one port, or one way, and by which objects; or which ones refuse. */
export interface PortAccess {
  readonly grants: readonly Grant[];
  readonly by: readonly string[];
}

/** One connection of a way. */
export interface Hop {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
}

/** An address of the Internet: one of those that are set aside for documentation. */
const SOMEWHERE = "203.0.113.10";

/** The pods of a party, or an address outside. */
export function endpointOf({ workload }: Party): Endpoint {
  return workload === undefined ? { address: SOMEWHERE } : { pod: workload };
}

/** Where the requests of a grant come from: a pod, or of each network that it names an address. */
function originsOf({ workload }: Party, { addresses = [SOMEWHERE] }: Grant): Endpoint[] {
  return workload === undefined
    ? addresses.map((cidr) => ({ address: cidr.replace(/\/\d+$/, "") }))
    : [{ pod: workload }];
}

/** The same where every hop is open; else nothing, by the policies of the first that is not. */
export function overNetwork(index: AccessIndex, hops: readonly Hop[], access: PortAccess): PortAccess {
  const ways = hops.map(({ from, to, port }) => connects(index.network, from, to, port));
  const closed = ways.find(({ allowed }) => !allowed);
  const names = namesOf(closed === undefined ? ways : [closed]);
  return closed === undefined ? { grants: access.grants, by: [...access.by, ...names] } : { grants: [], by: names };
}

/** The grants with an origin from which the network lets a connection pass; where there is none, the policies that refuse. */
export function fromOrigins(
  index: AccessIndex,
  from: Party,
  to: Endpoint,
  port: number,
  grants: readonly Grant[],
): PortAccess {
  const decided = grants.map((grant) => ({
    grant,
    ways: originsOf(from, grant).map((origin) => connects(index.network, origin, to, port)),
  }));
  const open = decided.filter(({ ways }) => ways.some(({ allowed }) => allowed));
  const isOpen = open.length > 0;
  const ways = (isOpen ? open : decided).flatMap((one) => one.ways).filter(({ allowed }) => allowed === isOpen);
  return { grants: open.map(({ grant }) => grant), by: [...open.map(({ grant }) => grant.by), ...namesOf(ways)] };
}

function namesOf(ways: readonly { readonly by: readonly string[] }[]): string[] {
  return ways.flatMap(({ by }) => by.map((name) => `NetworkPolicy ${name}`));
}
