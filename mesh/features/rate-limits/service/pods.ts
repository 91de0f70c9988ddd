import { podRequest, type PodSet } from "../../../kubernetes/pod-requests.ts";
import type { StackData } from "../../../stack/stack.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import { installsRateLimitService } from "../limits.ts";
import { REDIS_HELPERS } from "./redis.ts";

/** The pods of the rate limit service and of its Redis, each with its sidecar where there are sidecars. */
export function rateLimitPods(stack: StackData): PodSet[] {
  const { replicas, resources, redis } = stack.config.traffic.rateLimitService;
  const sidecar = dataPlaneOf(stack).proxyRequests();
  const helpers = [REDIS_HELPERS.sentinel.requests, REDIS_HELPERS.splitBrain.requests];
  return installsRateLimitService(stack)
    ? [
        { name: "the rate limit service", pods: replicas, request: podRequest(resources.requests, ...sidecar) },
        { name: "redis", pods: redis.replicas, request: podRequest(redis.resources.requests, ...helpers, ...sidecar) },
      ]
    : [];
}
