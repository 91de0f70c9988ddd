import { make, named } from "../kubernetes/make.ts";
import { namespacePods } from "./demand.ts";
import { totalOf } from "../kubernetes/pod-requests.ts";
import type { LimitRangeObject, ResourceQuotaObject } from "../kubernetes/objects.ts";
import type { StackData } from "../stack/stack.ts";

/**
 * What the application's namespace may ask for at most: all autoscalers at their top with their sidecars, and headroom. So a slip
 * in a number of replicas, or a stolen token, does not take the whole cluster. None when the quota is off.
 */
export function resourceQuota(stack: StackData): ResourceQuotaObject[] {
  const { config, catalog } = stack;
  const { enabled, headroomPercent } = config.security.quota;
  if (!enabled) {
    return [];
  }
  const { pods, milliCpu, memoryMiB } = totalOf(namespacePods(stack));
  const withHeadroom = (amount: number) => Math.ceil((amount * (100 + headroomPercent)) / 100);
  return [
    make("ResourceQuota", named("application", catalog.namespace), {
      hard: {
        pods: String(withHeadroom(pods)),
        "requests.cpu": `${withHeadroom(milliCpu)}m`,
        "requests.memory": `${withHeadroom(memoryMiB)}Mi`,
        // Requests enter by the gateway alone.
        "services.loadbalancers": "0",
        "services.nodeports": "0",
      },
    }),
  ];
}

/** What a container gets that says nothing itself; without it the quota would refuse its pod. */
export function limitRange({ config, catalog }: StackData): LimitRangeObject[] {
  if (!config.security.quota.enabled) {
    return [];
  }
  return [
    make("LimitRange", named("application", catalog.namespace), {
      limits: [
        {
          type: "Container",
          defaultRequest: { cpu: "100m", memory: "128Mi" },
          default: { cpu: "500m", memory: "512Mi" },
        },
      ],
    }),
  ];
}
