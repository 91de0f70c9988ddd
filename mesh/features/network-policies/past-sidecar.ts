import type { NetworkPolicyEgressRule } from "kubernetes-types/networking/v1.d.ts";
import { contains, parseCidr } from "../../kubernetes/cidr.ts";
import type { StackData } from "../../stack/stack.ts";
import { network, tcp, METADATA } from "../../kubernetes/network-peers.ts";

/** Where connections that bypass the sidecar may go: only the network still says no to them. */
export function pastSidecarOf({ catalog }: StackData, name: string): NetworkPolicyEgressRule[] {
  const { excludeOutboundPorts = [] } = catalog.services[name]?.sidecar ?? {};
  return excludeOutboundPorts.map(({ port, networks }) => ({
    to: networks.map((cidr) => network(cidr, holdsMetadata(cidr) ? [METADATA] : [])),
    ports: tcp(port),
  }));
}

function holdsMetadata(cidr: string): boolean {
  const [outer, inner] = [parseCidr(cidr), parseCidr(METADATA)];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
