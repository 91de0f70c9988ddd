import { make, named } from "../../../kubernetes/make.ts";
import { INTERNAL_HOSTS, INTERNAL_SELECTOR, internalName } from "../../../kubernetes/names.ts";
import type { GatewayObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import type { Server } from "../../routing/server.ts";
import { encryptedPort, plainPort } from "./callers.ts";

/**
 * What the internal gateway listens for: sidecars of the services that may ask it, by the mesh's mutual TLS; and clients without one,
 * plainly, or where there is a certificate by TLS. The servers of the encrypted port are told apart by name (SNI).
 */
export function internalGateway(stack: StackData): GatewayObject {
  const { catalog } = stack;
  return make("Gateway", named(internalName(catalog), catalog.namespace), {
    selector: INTERNAL_SELECTOR,
    servers: [...plainServers(stack), ...encryptedServers(stack)],
  });
}

function plainServers({ config }: StackData): Server[] {
  const { hosts, callers } = config.traffic.internalGateway;
  const port = plainPort(config);
  return port === undefined || callers.clients.length === 0
    ? []
    : [{ port: { number: port.port, name: "http", protocol: "HTTP" }, hosts: [...INTERNAL_HOSTS, ...hosts] }];
}

function encryptedServers({ config }: StackData): Server[] {
  const { hosts, credentialName, callers } = config.traffic.internalGateway;
  const port = encryptedPort(config);
  if (port === undefined) {
    return [];
  }
  const { minProtocolVersion } = config.traffic.tls;
  return [
    ...(callers.services.length === 0
      ? []
      : [
          {
            port: { number: port.port, name: "https-mesh", protocol: "HTTPS" },
            hosts: [...INTERNAL_HOSTS],
            tls: { mode: "ISTIO_MUTUAL" as const },
          },
        ]),
    ...(credentialName === undefined
      ? []
      : [
          {
            port: { number: port.port, name: "https", protocol: "HTTPS" },
            hosts: [...hosts],
            tls: { mode: "SIMPLE" as const, credentialName, minProtocolVersion },
          },
        ]),
  ];
}
