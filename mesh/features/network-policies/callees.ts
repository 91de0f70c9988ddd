import type { NetworkPolicyEgressRule } from "kubernetes-types/networking/v1.d.ts";
import { type Edge, podPort } from "../../stack/call-graph.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { StackData } from "../../stack/stack.ts";
import { callingServices, encryptedPort, podPorts } from "../gateways/internal/callers.ts";
import { anywhereOutside } from "./outside.ts";
import { inNamespace, network, pods, tcp, toHost, METADATA } from "../../kubernetes/network-peers.ts";

/** Port of the egress gateway's pods. */
const EGRESS_POD_PORT = 8443;

/** Whom the catalog says a service may call. */
export function egressOf(stack: StackData, name: string, edges: readonly Edge[]): NetworkPolicyEgressRule[] {
  return edges
    .filter(({ from }) => from.kind === "service" && from.service === name)
    .map((edge) => ({ to: [pods(edge.to)], ports: tcp(podPort(stack, edge)) }));
}

/** Outside by the egress gateway, or straight to any address: what a host resolves to is not known here. */
export function externalsOf({ catalog }: StackData, name: string): NetworkPolicyEgressRule[] {
  const called = (catalog.services[name]?.externalCalls ?? []).flatMap((call) => catalog.externalServices[call] ?? []);
  const direct = called.filter(({ egressGateway }) => !egressGateway).map(({ port }) => port);
  return [
    ...(called.some(({ egressGateway }) => egressGateway)
      ? [{ to: [inNamespace(NAMESPACES.egress, { app: RELEASES.egressGateway })], ports: tcp(EGRESS_POD_PORT) }]
      : []),
    ...(direct.length === 0 ? [] : [{ to: [network("0.0.0.0/0", [METADATA])], ports: tcp(...direct) }]),
  ];
}

/** The way to the internal gateway, for the services that may ask it: their sidecars encrypt. */
export function internalGatewayOf({ config }: StackData, name: string): NetworkPolicyEgressRule[] {
  return callingServices(config).includes(name)
    ? [
        {
          to: [inNamespace(NAMESPACES.ingress, { app: RELEASES.internalGateway })],
          ports: tcp(...podPorts(encryptedPort(config))),
        },
      ]
    : [];
}

/** The external authorizer, where one of these services has it asked. */
export function authorizerOf({ config }: StackData, names: readonly string[]): NetworkPolicyEgressRule[] {
  const { externalAuthorization } = config.security;
  return externalAuthorization !== undefined && names.some((name) => externalAuthorization.services.includes(name))
    ? [toHost(externalAuthorization.host, externalAuthorization.port)]
    : [];
}

/** Where workloads may call hosts that the mesh does not know, the network lets them out of the cluster too. */
export function outsideOf({ config }: StackData): NetworkPolicyEgressRule[] {
  return config.mesh.outboundTraffic === "ALLOW_ANY" ? [{ to: anywhereOutside(config) }] : [];
}
