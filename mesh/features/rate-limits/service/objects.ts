import { make } from "../../../kubernetes/make.ts";
import type { CoreObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { limitsConfigMap, rateLimitDeployment } from "./deployment.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS } from "../names.ts";

export function rateLimitServiceObjects(stack: StackData, settings: string): CoreObject[] {
  const metadata = inRateLimitNamespace(RATE_LIMIT, RATE_LIMIT);
  const { replicas } = stack.config.traffic.rateLimitService;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    limitsConfigMap(settings),
    make("Service", metadata, {
      type: "ClusterIP",
      selector: { app: RATE_LIMIT },
      // Istio reads from the name that it is HTTP/2.
      ports: [{ name: "grpc", port: RATE_LIMIT_PORTS.grpc, targetPort: "grpc", protocol: "TCP" }],
    }),
    ...(replicas === 1
      ? []
      : [
          make("PodDisruptionBudget", metadata, {
            maxUnavailable: 1,
            unhealthyPodEvictionPolicy: "AlwaysAllow",
            selector: { matchLabels: { app: RATE_LIMIT } },
          }),
        ]),
    rateLimitDeployment(stack, settings),
  ];
}
