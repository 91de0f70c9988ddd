import { problemIf, type Problem } from "../../stack/errors.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { GatewayConfig } from "./schema/gateways.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** Ports that the proxy or its agent listens on itself. Source: istio.io, "Application requirements", ports used by Istio. */
const TAKEN: readonly number[] = [
  ISTIO_PORTS.admin,
  ISTIO_PORTS.outbound,
  ISTIO_PORTS.agent,
  ISTIO_PORTS.inbound,
  ISTIO_PORTS.hbone,
  ISTIO_PORTS.metrics,
  ISTIO_PORTS.gatewayHealth,
  ISTIO_PORTS.dns,
  ISTIO_PORTS.envoyMetrics,
];

/** Each port of a gateway has a name and a number of its own, in its Service and in its pod. */
export const checkGateways: Check = ({ config }) =>
  gateways(config).flatMap(([path, { ports }]) => [
    ...repeated(`${path}.ports`, "name", ports, "a Service needs names that differ"),
    ...repeated(`${path}.ports`, "port", ports, "a Service opens each port once"),
    ...repeated(`${path}.ports`, "targetPort", ports, "the gateway has one listener for each port of its pods"),
    ...ports.flatMap(({ port, targetPort }, index) => [
      ...taken(`${path}.ports[${index}].targetPort`, targetPort),
      // The status port is in the Service already.
      ...(port === ISTIO_PORTS.gatewayHealth ? taken(`${path}.ports[${index}].port`, port) : []),
    ]),
  ]);

function gateways({ mesh }: StackData["config"]): readonly (readonly [string, GatewayConfig])[] {
  return [
    ["mesh.ingressGateway", mesh.ingressGateway],
    ...(mesh.egressGateway.enabled ? [["mesh.egressGateway", mesh.egressGateway] as const] : []),
    ...(mesh.internalGateway.enabled ? [["mesh.internalGateway", mesh.internalGateway] as const] : []),
  ];
}

function repeated(
  path: string,
  key: keyof GatewayConfig["ports"][number],
  ports: GatewayConfig["ports"],
  remediation: string,
): Problem[] {
  return ports.flatMap((port, index) => {
    const first = ports.findIndex((other) => other[key] === port[key]);
    return problemIf(
      first !== index,
      `${path}[${index}].${key}`,
      `expected another ${key} than that of ports[${first}]; got ${String(port[key])} twice`,
      remediation,
    );
  });
}

function taken(path: string, port: number): Problem[] {
  return problemIf(
    TAKEN.includes(port),
    path,
    `expected a port that Istio's proxy does not use itself; got ${port}`,
    `it uses ${TAKEN.join(", ")}`,
  );
}
