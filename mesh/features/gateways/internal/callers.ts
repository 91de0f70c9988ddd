import type { StackConfig } from "../../../stack/config.ts";
import type { GatewayConfig } from "../schema/gateways.ts";

type Port = GatewayConfig["ports"][number];

/** Services of the catalog that may ask the internal gateway. */
export function callingServices({ mesh, traffic }: StackConfig): readonly string[] {
  return mesh.internalGateway.enabled ? traffic.internalGateway.callers.services : [];
}

/** Where callers ask plainly. */
export function plainPort(config: StackConfig): Port | undefined {
  return portNamed(config, "http2");
}

/** Where the sidecars of callers, and clients with a certificate to check, ask encrypted. */
export function encryptedPort(config: StackConfig): Port | undefined {
  return portNamed(config, "https");
}

/** Numbers of ports on the gateway's pods. */
export function podPorts(...ports: readonly (Port | undefined)[]): number[] {
  return ports.flatMap((port) => port?.targetPort ?? []);
}

function portNamed({ mesh }: StackConfig, name: string): Port | undefined {
  return mesh.internalGateway.ports.find((port) => port.name === name);
}
