import type { NetworkPolicyPeer } from "kubernetes-types/networking/v1.d.ts";
import type { StackConfig } from "../../stack/config.ts";
import { contains, parseCidr } from "../../kubernetes/cidr.ts";
import { network, METADATA } from "../../kubernetes/network-peers.ts";

/** Private networks (RFC 1918) and shared address space (RFC 6598): where pods, nodes and Services lie. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** Every address that is no pod's, no node's and no private neighbour's. */
export function anywhereOutside({ network: { cidr } }: StackConfig): NetworkPolicyPeer[] {
  // A VPC may have public addresses: its own network is left out whatever it is.
  return [network("0.0.0.0/0", [...new Set([...PRIVATE, METADATA, ...(isPrivate(cidr) ? [] : [cidr])])])];
}

function isPrivate(cidr: string): boolean {
  const inner = parseCidr(cidr);
  return PRIVATE.map(parseCidr).some((outer) => outer !== undefined && inner !== undefined && contains(outer, inner));
}
