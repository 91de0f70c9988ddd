import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import type { Resources } from "../../../schema/common.ts";
import { RATE_LIMIT_NAMESPACE, RELEASES } from "../../../kubernetes/names.ts";
import type { HelmRelease } from "../../../kubernetes/objects.ts";
import { parseQuantity } from "../../../kubernetes/quantity.ts";
import { workloadPool } from "../../../releases/placement.ts";
import type { StackData } from "../../../stack/stack.ts";
import { ONE_AT_A_TIME } from "../../workloads/pod-defaults.ts";
import { REDIS, REDIS_PASSWORD, REDIS_PORTS, redisHost } from "../names.ts";

/** What the chart's small containers ask for: Sentinel, the one that ends split brains, and the one that writes the configuration. Estimated. */
export const REDIS_HELPERS = {
  sentinel: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
  splitBrain: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "100m", memory: "32Mi" } },
} as const satisfies Record<string, Resources>;

/** Share of its memory limit in which Redis keeps data; the rest is for connections and copies to replicas. */
const DATA_SHARE = 0.75;

/** How the service finds Redis: one pod by its address, several by asking their Sentinels who leads. */
export function redisAddress(replicas: number): { readonly type: "SINGLE" | "SENTINEL"; readonly url: string } {
  if (replicas === 1) {
    return { type: "SINGLE", url: `${redisHost(0)}:${REDIS_PORTS.server}` };
  }
  // The group that Sentinel watches has the chart's default name.
  const sentinels = Array.from({ length: replicas }, (_, index) => `${redisHost(index)}:${REDIS_PORTS.sentinel}`);
  return { type: "SENTINEL", url: ["mymaster", ...sentinels].join(",") };
}

/** Redis, each pod with a Sentinel: they choose another leader when a majority of them misses the one. */
export function redisRelease(stack: StackData): HelmRelease {
  const { config } = stack;
  const { replicas, chart, resources } = config.traffic.rateLimitService.redis;
  return {
    name: RELEASES.redis,
    namespace: RATE_LIMIT_NAMESPACE,
    chart: "redis-ha",
    ...chart,
    values: {
      fullnameOverride: REDIS,
      nameOverride: REDIS,
      replicas,
      ...workloadPool(config),
      // The chart sets it for its own containers, but the sidecar has only what the pod has.
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      // Counts live for a window; a volume would keep nothing that is worth it.
      persistentVolume: { enabled: false },
      // With a zone lost all of its pods find a node all the same.
      hardAntiAffinity: false,
      topologySpreadConstraints: {
        enabled: true,
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
      },
      ...(replicas === 1 ? {} : { podDisruptionBudget: ONE_AT_A_TIME }),
      serviceAccount: { create: true, name: REDIS, automountToken: false },
      // Its pods ask Kubernetes for nothing.
      rbac: { create: false },
      ...password,
      init: { resources: REDIS_HELPERS.splitBrain },
      splitBrainDetection: { resources: REDIS_HELPERS.splitBrain },
      sentinel: {
        ...password,
        quorum: Math.floor(replicas / 2) + 1,
        resources: REDIS_HELPERS.sentinel,
        ...soonReady,
      },
      redis: {
        resources,
        ...soonReady,
        podAnnotations: dataPlaneOf(stack).podAnnotations(),
        config: {
          // A leader alone goes on counting: no count is worth a refused request.
          "min-replicas-to-write": 0,
          // As text: Helm would write a large number as 2.01e+08, which Redis does not take.
          maxmemory: `${Math.floor((parseQuantity(resources.limits.memory) * DATA_SHARE) / 2 ** 20)}mb`,
          // Every count has an end; when memory is short the one that ends next goes first.
          "maxmemory-policy": "volatile-ttl",
          // Nothing is written to disk.
          save: '""',
        },
      },
    },
  };
}

const password = { auth: true, existingSecret: REDIS_PASSWORD.secret, authKey: REDIS_PASSWORD.key };

/** The chart waits half a minute before it looks for the first time, each pod after the other. */
const soonReady = {
  startupProbe: { initialDelaySeconds: 5, periodSeconds: 5, failureThreshold: 30 },
  readinessProbe: { initialDelaySeconds: 5, periodSeconds: 5 },
};
