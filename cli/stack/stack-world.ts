import { INGRESS_SELECTOR, INTERNAL_SELECTOR, NAMESPACES, RELEASES } from "../../mesh/kubernetes/names.ts";
import { stackObjects } from "../../mesh/inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import type { GatewayWorkload, World } from "../../analysis/explain/world.ts";
import { buildWorld } from "../../analysis/explain/build-world.ts";

/** The world that a stack makes: its objects, and the gateways of its releases. */
export function worldOf(stack: StackData): World {
  const { mesh } = stack.config;
  // The cluster's name stands in Karpenter's objects only, which no request meets.
  return buildWorld(stackObjects(stack, ""), {
    gateways: gatewayWorkloads(stack),
    trustDomain: mesh.trustDomain,
    rootNamespace: NAMESPACES.istioSystem,
    outboundTraffic: mesh.outboundTraffic,
  });
}

/** The gateway chart labels its pods with the release's name without `istio-`, and runs them as the release. */
function gatewayWorkloads({ config }: StackData): GatewayWorkload[] {
  return [
    { labels: INGRESS_SELECTOR, namespace: NAMESPACES.ingress, serviceAccount: RELEASES.ingressGateway },
    ...(config.mesh.egressGateway.enabled
      ? [
          {
            labels: { istio: RELEASES.egressGateway.replace(/^istio-/, "") },
            namespace: NAMESPACES.egress,
            serviceAccount: RELEASES.egressGateway,
            isInside: true as const,
          },
        ]
      : []),
    ...(config.mesh.internalGateway.enabled
      ? [
          {
            labels: INTERNAL_SELECTOR,
            namespace: NAMESPACES.ingress,
            serviceAccount: RELEASES.internalGateway,
            isInside: true as const,
          },
        ]
      : []),
  ];
}
