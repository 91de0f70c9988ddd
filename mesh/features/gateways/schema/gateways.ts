import { z } from "zod";
import {
  cpuTarget,
  flag,
  nonEmpty,
  oneOf,
  optional,
  port,
  replicas,
  resourcesOf,
  text,
} from "../../../schema/common.ts";
import { revisionTag } from "../../control-plane/schema/revisions.ts";

const gatewayPort = z.strictObject({
  name: text.describe("Port name; Istio reads the protocol from it."),
  port: port.describe("Port of the Service."),
  targetPort: port.min(1024).describe("Port of the gateway's pod, 1024 or above: it runs without privileges."),
});

function gatewayPorts(defaults: readonly z.infer<typeof gatewayPort>[]) {
  return nonEmpty(gatewayPort)
    .prefault([...defaults])
    .describe("Ports that the gateway listens on, beside the status port 15021.");
}

const HTTP = { name: "http2", port: 80, targetPort: 8080 } as const;
const HTTPS = { name: "https", port: 443, targetPort: 8443 } as const;

export const gatewayScaling = {
  replicas: replicas.prefault({ min: 2, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resourcesOf(["100m", "128Mi"], ["2000m", "1024Mi"]).describe("Requests and limits of a gateway pod."),
  revisionTag: optional(revisionTag).describe(
    "Tag whose control plane serves the gateway. Default: `stable`. Only with `mesh.revisions`.",
  ),
};

export const ingressGateway = z.strictObject({
  ...gatewayScaling,
  ports: gatewayPorts([HTTP, HTTPS]),
  serviceType: oneOf(["LoadBalancer", "NodePort", "ClusterIP"], "LoadBalancer").describe(
    "Type of the gateway's Service. `NodePort` where nothing hands out load balancers, as in kind.",
  ),
});

export const egressGateway = z.strictObject({
  enabled: flag(true).describe("Install the egress gateway."),
  ...gatewayScaling,
  ports: gatewayPorts([HTTPS]),
});

/** One entry for calls from inside the cluster, reached from nowhere else. */
export const internalGateway = z.strictObject({
  enabled: flag(false).describe(
    "Install a gateway for calls between services and from pods outside the mesh. Its Service is a ClusterIP.",
  ),
  ...gatewayScaling,
  ports: gatewayPorts([HTTP, HTTPS]),
});

export type GatewayConfig = Pick<
  z.infer<typeof ingressGateway>,
  "replicas" | "cpuTarget" | "resources" | "ports" | "revisionTag"
>;
