import { buildWorld } from "../../analysis/explain/build-world.ts";
import type { GatewayWorkload, World } from "../../analysis/explain/world.ts";
import {
  EGRESS_SELECTOR,
  INGRESS_SELECTOR,
  INTERNAL_SELECTOR,
  NAMESPACES,
  RELEASES,
} from "../../mesh/kubernetes/names.ts";
import { stackObjects } from "../../mesh/inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";

/** The world that a stack makes: its objects, and the gateways of its releases. */
export function worldOf(stack: StackData): World {
  const { mesh } = stack.config;
  // The cluster's name is in Karpenter's objects only, which no request meets.
  return buildWorld(stackObjects(stack, ""), {
    gateways: gatewayWorkloads(stack),
    trustDomain: mesh.trustDomain,
    rootNamespace: NAMESPACES.istioSystem,
    outboundTraffic: mesh.outboundTraffic,
  });
}

/** The gateway chart labels its pods with the release's name without `istio-`, and runs them as the release. */
function gatewayWorkloads({ config: { mesh } }: StackData): GatewayWorkload[] {
  const { ingressGateway: ingress, egressGateway: egress, internalGateway: internal } = RELEASES;
  return [
    { labels: INGRESS_SELECTOR, namespace: NAMESPACES.ingress, serviceAccount: ingress },
    ...(mesh.egressGateway.enabled
      ? [{ labels: EGRESS_SELECTOR, namespace: NAMESPACES.egress, serviceAccount: egress, isInside: true as const }]
      : []),
    ...(mesh.internalGateway.enabled
      ? [
          {
            labels: INTERNAL_SELECTOR,
            namespace: NAMESPACES.ingress,
            serviceAccount: internal,
            isInside: true as const,
          },
        ]
      : []),
  ];
}
