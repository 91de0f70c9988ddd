import type { Destination, VirtualServiceSpec } from "../../kubernetes/istio.ts";
import { make, named } from "../../kubernetes/make.ts";
import { EGRESS_SELECTOR, egressGatewayHost, egressName, NAMESPACES } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, GatewayObject, VirtualServiceObject } from "../../kubernetes/objects.ts";
import type { Catalog } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Server } from "../routing/server.ts";
import { callerPrincipals, EGRESS_VISIBILITY, type External, gatewayExternals, PLAIN_PORT } from "./externals.ts";

/** Port of the egress gateway. */
const EGRESS_PORT = 443;

/** What the egress gateway lets in: mutual TLS of the mesh, one server for each host that lies outside. */
export function egressGateways(catalog: Catalog): GatewayObject[] {
  const servers = gatewayExternals(catalog).map(server);
  const metadata = named(egressName(catalog), catalog.namespace);
  return servers.length === 0 ? [] : [make("Gateway", metadata, { selector: EGRESS_SELECTOR, servers })];
}

/** Inside the mutual TLS lies plain HTTP that the gateway encrypts, or the caller's own TLS that it hands on. */
function server({ name, spec: { host, tls } }: External): Server {
  const protocol = tls === "originate" ? "HTTPS" : "TLS";
  return {
    port: { number: EGRESS_PORT, name: `${protocol.toLowerCase()}-${name}`, protocol },
    hosts: [host],
    tls: { mode: "ISTIO_MUTUAL" },
  };
}

/** Who may leave for where: each caller for what it declares, and nobody for anything else. */
export function egressPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const externals = gatewayExternals(stack.catalog);
  const name = egressName(stack.catalog);
  return externals.length === 0
    ? []
    : [
        // Without rules nothing matches: from here on only what another policy allows passes.
        policy(`${name}-deny-all`, {}),
        ...externals
          .filter(({ callers }) => callers.length > 0)
          .map((external) => policy(`${name}-${external.name}`, { rules: [callersRule(stack, external)] })),
      ];
}

type Spec = AuthorizationPolicyObject["spec"];

function callersRule(stack: StackData, external: External): NonNullable<Spec["rules"]>[number] {
  const { host, tls } = external.spec;
  return {
    from: [{ source: { principals: callerPrincipals(stack, external) } }],
    // The name in the mesh's TLS, which chose the server; of requests that the gateway sees, their own too.
    ...(tls === "originate" ? { to: [{ operation: { hosts: [host, `${host}:*`] } }] } : {}),
    when: [{ key: "connection.sni", values: [host] }],
  };
}

function policy(name: string, spec: Spec): AuthorizationPolicyObject {
  const selector = { matchLabels: EGRESS_SELECTOR };
  return make("AuthorizationPolicy", named(name, NAMESPACES.egress), { selector, action: "ALLOW", ...spec });
}

/** The way out: from the sidecars to the egress gateway, and from there to what lies outside. */
export function egressVirtualServices(catalog: Catalog): VirtualServiceObject[] {
  const gateway = egressName(catalog);
  return gatewayExternals(catalog).map((external) =>
    make("VirtualService", named(`${external.name}-egress`, catalog.namespace), {
      hosts: [external.spec.host],
      gateways: ["mesh", gateway],
      exportTo: [...EGRESS_VISIBILITY],
      ...(external.spec.tls === "originate" ? plainRoutes(external, gateway) : encryptedRoutes(external, gateway)),
    }),
  );
}

/** The gateway sees requests, and encrypts them by its DestinationRule. */
function plainRoutes(external: External, gateway: string): VirtualServiceSpec {
  const route = (name: string, from: string, port: number, destination: Destination) => ({
    name,
    match: [{ gateways: [from], port }],
    route: [{ destination, weight: 100 }],
  });
  return {
    http: [
      route("to-gateway", "mesh", PLAIN_PORT, toGateway(external)),
      route("to-outside", gateway, EGRESS_PORT, toOutside(external)),
    ],
  };
}

/** The gateway takes the mesh's TLS off and hands on the caller's own. */
function encryptedRoutes(external: External, gateway: string): VirtualServiceSpec {
  const { host, port } = external.spec;
  return {
    tls: [{ match: [{ gateways: ["mesh"], port, sniHosts: [host] }], route: [{ destination: toGateway(external) }] }],
    tcp: [{ match: [{ gateways: [gateway], port: EGRESS_PORT }], route: [{ destination: toOutside(external) }] }],
  };
}

function toGateway({ name }: External): Destination {
  return { host: egressGatewayHost(), subset: name, port: { number: EGRESS_PORT } };
}

function toOutside({ spec: { host, port } }: External): Destination {
  return { host, port: { number: port } };
}
