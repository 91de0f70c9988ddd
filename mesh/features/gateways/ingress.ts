import { make, named } from "../../kubernetes/make.ts";
import { gatewayName, INGRESS_SELECTOR } from "../../kubernetes/names.ts";
import type { GatewayObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { passthroughServers } from "../routing/passthrough.ts";
import type { Server } from "../routing/server.ts";

/** What the ingress gateway listens for: the application's hosts over HTTP, and over HTTPS where there is a certificate. */
export function gateway({ config, catalog }: StackData): GatewayObject {
  return make("Gateway", named(gatewayName(catalog), catalog.namespace), {
    selector: INGRESS_SELECTOR,
    servers: [
      ...httpServer(config, catalog),
      ...httpsServers(config, catalog),
      ...passthroughServers(catalog, portsNamed(config, "https")),
    ],
  });
}

type Config = StackData["config"];
type Catalog = StackData["catalog"];

function httpServer(config: Config, catalog: Catalog): Server[] {
  return portsNamed(config, "http2").map((number) => ({
    port: { number, name: "http", protocol: "HTTP" },
    hosts: [...catalog.hosts],
    ...(config.traffic.httpsRedirect ? { tls: { httpsRedirect: true } } : {}),
  }));
}

function httpsServers(config: Config, catalog: Catalog): Server[] {
  const { mode } = config.traffic.tls;
  if (mode === "none") {
    return [];
  }
  return mode === "acm" ? decryptedServer(config, catalog) : encryptedServers(config, catalog);
}

/** One server for each certificate; the gateway tells them apart by the name that the client asks for (SNI). */
function encryptedServers(config: Config, catalog: Catalog): Server[] {
  const { minProtocolVersion } = config.traffic.tls;
  return portsNamed(config, "https").flatMap((number) =>
    certificateHosts(config, catalog).map(({ hosts, credentialName }, index) => ({
      port: { number, name: index === 0 ? "https" : `https-${index + 1}`, protocol: "HTTPS" },
      hosts: [...hosts],
      tls: { mode: "SIMPLE", credentialName, minProtocolVersion },
    })),
  );
}

/** Every certificate of the gateway with the hosts that have it; first the one of all hosts that are not named. */
export function certificateHosts(config: Config, catalog: Catalog): { hosts: string[]; credentialName: string }[] {
  const { credentialName, certificates } = config.traffic.tls;
  const named = certificates.flatMap(({ hosts }) => hosts);
  const others = { hosts: catalog.hosts.filter((host) => !named.includes(host)), credentialName };
  return [others, ...certificates].filter(({ hosts }) => hosts.length > 0);
}

/** TLS ends at the load balancer: what arrives on the HTTPS port is plain HTTP. */
function decryptedServer(config: Config, catalog: Catalog): Server[] {
  return portsNamed(config, "https").map((number) => ({
    port: { number, name: "http-decrypted", protocol: "HTTP" },
    hosts: [...catalog.hosts],
  }));
}

/** Numbers of the ingress gateway's ports of this name. */
export function portsNamed(config: Config, name: string): number[] {
  return config.mesh.ingressGateway.ports.filter((port) => port.name === name).map(({ port }) => port);
}
