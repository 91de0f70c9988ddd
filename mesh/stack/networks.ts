import { DEFAULT_NETWORK } from "../features/multi-cluster/schema/multi-cluster.ts";
import { ISTIO_PORTS } from "../kubernetes/ports.ts";
import type { MeshConfig } from "./mesh.ts";
import type { StackData } from "./stack.ts";

/** Ports of the east-west gateway. Source: gateway chart 1.30.3, `networkGateway`. */
export const EAST_WEST_PORTS = { services: 15443, istiod: ISTIO_PORTS.xds, webhooks: ISTIO_PORTS.webhook } as const;

/** Label that tells a network: of a gateway's Service and pods, and of istiod's namespace for the cluster's own. */
export const NETWORK_LABEL = "topology.istio.io/network";

/** Name of the network that a cluster's pods share. */
export function networkOf({ network }: MeshConfig): string {
  return network ?? DEFAULT_NETWORK;
}

/** Labels of istiod's namespace in a mesh of several clusters: istiod reads its own network from them. */
export function networkLabels({ mesh }: StackData["config"]): Readonly<Record<string, string>> {
  const { eastWestGateway, remoteClusters } = mesh.multiCluster;
  return eastWestGateway.enabled || remoteClusters.length > 0 ? { [NETWORK_LABEL]: networkOf(mesh) } : {};
}
