import type { NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { type Edge, podPort } from "../../stack/call-graph.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { StackData } from "../../stack/stack.ts";
import { namespacesOf } from "./outsiders.ts";
import { inNamespace, network, pods, tcp } from "../../kubernetes/network-peers.ts";

/** Who the catalog says may call a service, each on the port where the arrow ends. */
export function ingressOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyIngressRule[] {
  return edges
    .filter(({ to }) => to === name)
    .map((edge) => ({ from: callersOf(edge), ports: tcp(podPort(stack, edge)) }));
}

/** Callers by their addresses have no tunnel of the mesh: they arrive at the pod's own port, also in an ambient mesh. */
export function outsidersOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyIngressRule[] {
  return ingressOf(
    stack,
    name,
    edges.filter(({ from }) => from.kind === "outsider" && from.from.addresses !== undefined),
  );
}

function callersOf({ from }: Edge): NonNullable<NetworkPolicyIngressRule["from"]> {
  switch (from.kind) {
    case "service":
      return [pods(from.service)];
    case "ingress":
      return [gatewayPods(RELEASES.ingressGateway)];
    case "internal":
      return [gatewayPods(RELEASES.internalGateway)];
    case "outsider": {
      const { addresses = [] } = from.from;
      return [
        ...namespacesOf(from.from).map((namespace) => inNamespace(namespace)),
        ...addresses.map((address) => network(address)),
      ];
    }
  }
}

/** The gateway's health checks reach every service, as its policies say. */
export function healthOf({ catalog }: StackData, name: string): NetworkPolicyIngressRule[] {
  const service = catalog.services[name];
  return service === undefined ? [] : [{ from: [gatewayPods(RELEASES.ingressGateway)], ports: tcp(service.port) }];
}

/** Networks that send plain text to a service while it migrates. */
export function migrationOf({ config, catalog }: StackData, name: string): NetworkPolicyIngressRule[] {
  const service = catalog.services[name];
  return config.security.migration
    .filter((entry) => entry.service === name && service !== undefined)
    .map(({ plainTextFrom }) => ({
      from: plainTextFrom.map((cidr) => network(cidr)),
      ports: tcp(service?.port ?? 0, ...Object.values(service?.extraPorts ?? {})),
    }));
}

/** The gateways that lead to services: both lie in one namespace. */
function gatewayPods(app: string) {
  return inNamespace(NAMESPACES.ingress, { app });
}
