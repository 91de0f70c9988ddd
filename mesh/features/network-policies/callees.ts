import type { NetworkPolicyEgressRule } from "kubernetes-types/networking/v1.d.ts";
import { contains, parseCidr } from "../../kubernetes/cidr.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import { inNamespace, METADATA, network, pods, tcp, toHost } from "../../kubernetes/network-peers.ts";
import { type CallEdge, podPort } from "../../stack/call-graph.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { StackData } from "../../stack/stack.ts";
import { callingServices, encryptedPort, podPorts } from "../gateways/internal/callers.ts";
import { gatewayPods } from "./callers.ts";

/** Port of the egress gateway's pods. */
const EGRESS_POD_PORT = 8443;

/** Private networks (RFC 1918) and shared address space (RFC 6598): where pods, nodes and Services lie. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

/** What a service may reach: the callees of the catalog, and what its configuration names beside them. */
export function calleesOf(stack: StackData, name: string, edges: readonly CallEdge[]): NetworkPolicyEgressRule[] {
  const { config, catalog } = stack;
  return [
    ...edges
      .filter(({ from }) => from.kind === "service" && from.service === name)
      .map((edge) => ({ to: [pods(edge.to)], ports: tcp(podPort(catalog, edge)) })),
    // Sidecars encrypt what they ask the internal gateway.
    ...(callingServices(config).includes(name)
      ? [{ to: [gatewayPods("internal")], ports: tcp(...podPorts(encryptedPort(config))) }]
      : []),
    ...externalsOf(stack, name),
    ...pastSidecarOf(stack, name),
    ...authorizerOf(config, [name]),
  ];
}

/** Outside by the egress gateway, or straight to any address. */
function externalsOf({ catalog }: StackData, name: string): NetworkPolicyEgressRule[] {
  const called = (catalog.services[name]?.externalCalls ?? []).flatMap((call) => catalog.externalServices[call] ?? []);
  const direct = called.filter(({ egressGateway }) => !egressGateway).map(({ port }) => port);
  const gateway = inNamespace(NAMESPACES.egress, { app: RELEASES.egressGateway });
  return [
    ...(direct.length < called.length ? [{ to: [gateway], ports: tcp(EGRESS_POD_PORT) }] : []),
    ...toPorts(direct),
  ];
}

/** Any address on these ports, none without ports: what an external host resolves to is not known here. */
export function toPorts(ports: readonly number[]): NetworkPolicyEgressRule[] {
  return ports.length === 0 ? [] : [{ to: [network("0.0.0.0/0", [METADATA])], ports: tcp(...ports) }];
}

/** Where connections that bypass the sidecar may go: the network alone can still refuse them. */
function pastSidecarOf({ catalog }: StackData, name: string): NetworkPolicyEgressRule[] {
  const { excludeOutboundPorts = [] } = catalog.services[name]?.sidecar ?? {};
  return excludeOutboundPorts.map(({ port, networks }) => ({
    to: networks.map((cidr) => network(cidr, isWithin(METADATA, cidr) ? [METADATA] : [])),
    ports: tcp(port),
  }));
}

/** The external authorizer, where one of these services has it asked. */
export function authorizerOf({ security }: StackConfig, names: readonly string[]): NetworkPolicyEgressRule[] {
  const asked = security.externalAuthorization;
  return asked !== undefined && names.some((name) => asked.services.includes(name))
    ? [toHost(asked.host, asked.port)]
    : [];
}

/**
 * Where workloads may call hosts that the mesh does not know, the network lets them out of the cluster too: to every address that is
 * no pod's, no node's and no private neighbour's.
 */
export function outsideOf({ mesh, network: { cidr } }: StackConfig): NetworkPolicyEgressRule[] {
  // A VPC may have public addresses: its own network is left out whatever it is.
  const own = PRIVATE.some((outer) => isWithin(cidr, outer)) ? [] : [cidr];
  const outside = network("0.0.0.0/0", [...new Set([...PRIVATE, METADATA, ...own])]);
  return mesh.outboundTraffic === "ALLOW_ANY" ? [{ to: [outside] }] : [];
}

function isWithin(inner: string, outer: string): boolean {
  const [one, other] = [parseCidr(inner), parseCidr(outer)];
  return one !== undefined && other !== undefined && contains(other, one);
}
