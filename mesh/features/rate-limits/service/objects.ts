import { rateLimitNamespace } from "../../workloads/namespaces.ts";
import type {
  AuthorizationPolicyObject,
  CoreObject,
  HelmRelease,
  NamespaceObject,
  NetworkPolicyObject,
  SidecarObject,
} from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { rateLimitServiceConfig } from "../settings.ts";
import { limitsConfigMap, rateLimitDeployment } from "./deployment.ts";
import { installsRateLimitService } from "./installed.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS } from "./names.ts";
import { rateLimitNetworkPolicies } from "../../network-policies/rate-limits.ts";
import { rateLimitPolicies, rateLimitSidecars } from "./policies.ts";
import { redisRelease } from "./redis.ts";

/** A rate limit service, in the order in which its parts are made. */
export interface RateLimitParts {
  readonly namespace: NamespaceObject;
  /** What holds before its first pod. */
  readonly guards: readonly (AuthorizationPolicyObject | NetworkPolicyObject | SidecarObject)[];
  readonly redis: HelmRelease;
  /** The service itself; its Deployment is the last. */
  readonly service: readonly CoreObject[];
}

/** The rate limit service that a stack installs; undefined where it has no global limits, or names a service that runs already. */
export function rateLimitParts(stack: StackData): RateLimitParts | undefined {
  const settings = rateLimitServiceConfig(stack);
  return settings === undefined || !installsRateLimitService(stack)
    ? undefined
    : {
        namespace: rateLimitNamespace(stack),
        guards: [...rateLimitPolicies(stack), ...rateLimitNetworkPolicies(stack), ...rateLimitSidecars(stack)],
        redis: redisRelease(stack),
        service: serviceObjects(stack, settings),
      };
}

function serviceObjects(stack: StackData, settings: string): CoreObject[] {
  const metadata = inRateLimitNamespace(RATE_LIMIT, RATE_LIMIT);
  const { replicas } = stack.config.traffic.rateLimitService;
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    limitsConfigMap(settings),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        selector: { app: RATE_LIMIT },
        // Istio reads from the name that it is HTTP/2.
        ports: [{ name: "grpc", port: RATE_LIMIT_PORTS.grpc, targetPort: "grpc", protocol: "TCP" }],
      },
    },
    ...(replicas === 1
      ? []
      : [
          {
            apiVersion: "policy/v1" as const,
            kind: "PodDisruptionBudget" as const,
            metadata,
            spec: {
              maxUnavailable: 1,
              unhealthyPodEvictionPolicy: "AlwaysAllow",
              selector: { matchLabels: { app: RATE_LIMIT } },
            },
          },
        ]),
    rateLimitDeployment(stack, settings),
  ];
}
