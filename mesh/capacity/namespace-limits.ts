import { make, named } from "../kubernetes/make.ts";
import type { LimitRangeObject, ResourceQuotaObject } from "../kubernetes/objects.ts";
import { totalOf } from "../kubernetes/pod-requests.ts";
import type { StackData } from "../stack/stack.ts";
import { namespacePods } from "./demand.ts";

/**
 * What the application's namespace may ask for at most: all autoscalers at their top with their sidecars, and headroom. So a slip
 * in a number of replicas, or a stolen token, does not take the whole cluster. None when the quota is off.
 */
export function resourceQuota(stack: StackData): ResourceQuotaObject[] {
  const { enabled, headroomPercent } = stack.config.security.quota;
  if (!enabled) {
    return [];
  }
  const { pods, milliCpu, memoryMiB } = totalOf(namespacePods(stack));
  const withHeadroom = (amount: number) => Math.ceil((amount * (100 + headroomPercent)) / 100);
  const hard = {
    pods: String(withHeadroom(pods)),
    "requests.cpu": `${withHeadroom(milliCpu)}m`,
    "requests.memory": `${withHeadroom(memoryMiB)}Mi`,
    // Requests enter by the gateway alone.
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
  return [make("ResourceQuota", named("application", stack.catalog.namespace), { hard })];
}

/** What a container gets that sets nothing itself; without it the quota would refuse its pod. */
export function limitRange({ config, catalog }: StackData): LimitRangeObject[] {
  const defaults = {
    type: "Container",
    defaultRequest: { cpu: "100m", memory: "128Mi" },
    default: { cpu: "500m", memory: "512Mi" },
  };
  return config.security.quota.enabled
    ? [make("LimitRange", named("application", catalog.namespace), { limits: [defaults] })]
    : [];
}
