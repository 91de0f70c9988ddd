import { make, named } from "../../kubernetes/make.ts";
import type { Policy } from "../../kubernetes/istio.ts";
import { egressGatewayHost, egressName, NAMESPACES, principal } from "../../kubernetes/names.ts";
import type { DestinationRuleObject, ServiceEntryObject } from "../../kubernetes/objects.ts";
import type { Catalog, ExternalServiceSpec } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import { trafficPolicy } from "../routing/traffic-policy.ts";

/** Something outside the mesh, with its name in the catalog and the services that call it. */
export interface External {
  readonly name: string;
  readonly spec: ExternalServiceSpec;
  readonly callers: readonly string[];
}

/** Port on which callers ask plainly for what the mesh encrypts. */
export const PLAIN_PORT = 80;

/** Who sees what lies outside: the application, and the gateway through which it is reached. */
export const EGRESS_VISIBILITY = [".", NAMESPACES.egress] as const;

/** Everything outside that the catalog declares. */
export function externalsOf({ externalServices, services }: Catalog): External[] {
  return Object.entries(externalServices).map(([name, spec]) => ({
    name,
    spec,
    callers: Object.keys(services).filter((service) => services[service]?.externalCalls.includes(name) === true),
  }));
}

/** Those that are reached through the egress gateway. */
export function gatewayExternals(catalog: Catalog): External[] {
  return externalsOf(catalog).filter(({ spec }) => spec.egressGateway);
}

/** Identities of the services that call it. */
export function callerPrincipals({ config, catalog }: StackData, { callers }: External): string[] {
  return callers.map((caller) => principal(config.mesh.trustDomain, catalog.namespace, caller));
}

/** What the mesh knows of outside: without an entry a host does not exist where `outboundTraffic` is REGISTRY_ONLY. */
export function serviceEntries(catalog: Catalog): ServiceEntryObject[] {
  return externalsOf(catalog).map(({ name, spec }) =>
    make("ServiceEntry", named(name, catalog.namespace), {
      hosts: [spec.host],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: portsOf(spec),
      exportTo: [...EGRESS_VISIBILITY],
    }),
  );
}

function portsOf({ port, tls, egressGateway }: ExternalServiceSpec): ServiceEntryObject["spec"]["ports"] {
  if (tls === "passthrough") {
    return [{ number: port, name: "tls", protocol: "TLS" }];
  }
  const plain = { number: PLAIN_PORT, name: "http", protocol: "HTTP" };
  // Straight from the sidecar, the plain port leads to the encrypted one; through the gateway, the gateway asks that one.
  return egressGateway ? [plain, { number: port, name: "https", protocol: "HTTPS" }] : [{ ...plain, targetPort: port }];
}

/** How what lies outside is reached, and how the gateway on the way there. */
export function egressDestinationRules(catalog: Catalog): DestinationRuleObject[] {
  const rules = externalsOf(catalog).map(({ name, spec }) =>
    make("DestinationRule", named(name, catalog.namespace), {
      host: spec.host,
      exportTo: [...EGRESS_VISIBILITY],
      trafficPolicy: externalPolicy(spec),
    }),
  );
  // Mutual TLS tells the gateway who asks, the name for what.
  const subsets = gatewayExternals(catalog).map(({ name, spec }) => ({
    name,
    trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" as const, sni: spec.host } },
  }));
  const gateway = { host: egressGatewayHost(), exportTo: ["."], subsets };
  return subsets.length === 0
    ? rules
    : [...rules, make("DestinationRule", named(egressName(catalog), catalog.namespace), gateway)];
}

function externalPolicy(spec: ExternalServiceSpec): Policy {
  const { host, port, tls, egressGateway, subjectAltNames, connectionPool, outlierDetection } = spec;
  const limits = trafficPolicy({ connectionPool, outlierDetection });
  if (tls === "passthrough") {
    return { ...limits, tls: { mode: "DISABLE" } };
  }
  // Istio takes none of the destination's settings over to a port that has its own.
  return {
    portLevelSettings: [
      {
        port: { number: egressGateway ? port : PLAIN_PORT },
        ...limits,
        // The certificates that the proxy's image trusts. It is Istio's default; written, so that `istioctl analyze` warns of nothing.
        tls: { mode: "SIMPLE", caCertificates: "system", sni: host, subjectAltNames: subjectAltNames ?? [host] },
      },
    ],
  };
}
