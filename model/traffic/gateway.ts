import { gatewayName, INGRESS_SELECTOR } from "../names.ts";
import { MANAGED_BY } from "../labels.ts";
import type { GatewayObject } from "../objects.ts";
import type { StackData } from "../stack.ts";

type Server = NonNullable<GatewayObject["spec"]["servers"]>[number];

/** What the ingress gateway listens for: the application's hosts over HTTP, and over HTTPS where there is a certificate. */
export function gateway({ config, catalog }: StackData): GatewayObject {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: gatewayName(catalog), namespace: catalog.namespace, labels: MANAGED_BY },
    spec: { selector: INGRESS_SELECTOR, servers: [...httpServer(config, catalog), ...httpsServer(config, catalog)] },
  };
}

function httpServer(config: StackData["config"], catalog: StackData["catalog"]): Server[] {
  return config.mesh.ingressGateway.ports
    .filter((port) => port.name === "http2")
    .map(({ port }) => ({
      port: { number: port, name: "http", protocol: "HTTP" },
      hosts: [...catalog.hosts],
      ...(config.traffic.httpsRedirect ? { tls: { httpsRedirect: true } } : {}),
    }));
}

function httpsServer(config: StackData["config"], catalog: StackData["catalog"]): Server[] {
  const { mode, credentialName } = config.traffic.tls;
  if (mode === "none") {
    return [];
  }
  if (mode === "acm") {
    return decryptedServer(config, catalog);
  }
  return config.mesh.ingressGateway.ports
    .filter((port) => port.name === "https")
    .map(({ port }) => ({
      port: { number: port, name: "https", protocol: "HTTPS" },
      hosts: [...catalog.hosts],
      tls: { mode: "SIMPLE", credentialName, minProtocolVersion: "TLSV1_2" },
    }));
}

/** TLS ends at the load balancer: what arrives on the HTTPS port is plain HTTP. */
function decryptedServer(config: StackData["config"], catalog: StackData["catalog"]): Server[] {
  return config.mesh.ingressGateway.ports
    .filter((port) => port.name === "https")
    .map(({ port }) => ({
      port: { number: port, name: "http-decrypted", protocol: "HTTP" },
      hosts: [...catalog.hosts],
    }));
}
