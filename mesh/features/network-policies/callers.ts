import type { NetworkPolicyIngressRule, NetworkPolicyPeer } from "kubernetes-types/networking/v1.d.ts";
import { GATEWAY_RELEASES, NAMESPACES } from "../../kubernetes/names.ts";
import { inNamespace, network, pods, tcp } from "../../kubernetes/network-peers.ts";
import { type CallEdge, podPort } from "../../stack/call-graph.ts";
import type { Catalog, GatewayKind, ServiceSpec } from "../../stack/catalog.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { AccessSpec } from "../authorization/schema/access.ts";

/** Who may call a service by the catalog, each on the port where the arrow ends. */
export function ingressOf(catalog: Catalog, name: string, edges: readonly CallEdge[]): NetworkPolicyIngressRule[] {
  return edges
    .filter(({ to }) => to === name)
    .map((edge) => ({ from: callersOf(edge), ports: tcp(podPort(catalog, edge)) }));
}

/** Callers by their addresses have no tunnel of the mesh: they arrive at the pod's own port, also in an ambient mesh. */
export function externalCallersOf(
  catalog: Catalog,
  name: string,
  edges: readonly CallEdge[],
): NetworkPolicyIngressRule[] {
  const byAddress = edges.filter(({ from }) => from.kind === "external" && from.from.addresses !== undefined);
  return ingressOf(catalog, name, byAddress);
}

function callersOf({ from }: CallEdge): NetworkPolicyPeer[] {
  switch (from.kind) {
    case "service":
      return [pods(from.service)];
    case "ingress":
    case "internal":
      return [gatewayPods(from.kind)];
    case "external": {
      const { addresses = [] } = from.from;
      return [...namespacesOf(from.from).map((name) => inNamespace(name)), ...addresses.map((cidr) => network(cidr))];
    }
  }
}

/** Namespaces of external callers: an identity lies in one; which of its pods has it only the mesh can tell. */
export function namespacesOf({ principals = [], namespaces = [] }: AccessSpec["from"]): string[] {
  const ofPrincipals = principals.map((principal) => /\/ns\/([^/]+)\//.exec(principal)?.[1] ?? "");
  return [...new Set([...ofPrincipals, ...namespaces])];
}

/** The gateway's health checks reach every service, as in its AuthorizationPolicies. */
export function healthOf({ port }: ServiceSpec): NetworkPolicyIngressRule {
  return { from: [gatewayPods("ingress")], ports: tcp(port) };
}

/** Networks that send plain text to a service while it migrates. */
export function migrationOf(
  { security }: StackConfig,
  name: string,
  { port, extraPorts }: ServiceSpec,
): NetworkPolicyIngressRule[] {
  return security.migration
    .filter(({ service }) => service === name)
    .map(({ plainTextFrom }) => ({
      from: plainTextFrom.map((cidr) => network(cidr)),
      ports: tcp(port, ...Object.values(extraPorts)),
    }));
}

/** Pods of a gateway that leads to services. */
export function gatewayPods(gateway: GatewayKind): NetworkPolicyPeer {
  return inNamespace(NAMESPACES.ingress, { app: GATEWAY_RELEASES[gateway] });
}
