import { rateLimitNamespace } from "./features/workloads/namespaces.ts";
import type {
  AuthorizationPolicyObject,
  CoreObject,
  HelmRelease,
  NamespaceObject,
  NetworkPolicyObject,
  SidecarObject,
} from "./kubernetes/objects.ts";
import type { StackData } from "./stack/stack.ts";
import { rateLimitServiceConfig } from "./features/rate-limits/global.ts";
import { installsRateLimitService } from "./features/rate-limits/limits.ts";
import { rateLimitNetworkPolicies } from "./features/network-policies/rate-limits.ts";
import { rateLimitPolicies, rateLimitSidecars } from "./features/rate-limits/service/policies.ts";
import { redisRelease } from "./features/rate-limits/service/redis.ts";
import { rateLimitServiceObjects } from "./features/rate-limits/service/deployment.ts";

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
        service: rateLimitServiceObjects(stack, settings),
      };
}
