import type { StackConfig } from "../stack/config.ts";
import { systemPlacement, workloadPlacement } from "../stack/node-pools.ts";
import type { HelmValue, HelmValues } from "../kubernetes/objects.ts";

/** Soft anti-affinity by host: pods of the same label prefer different nodes. */
export function spreadByHost(labels: Readonly<Record<string, string>>): { readonly podAntiAffinity: HelmValue } {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" },
        },
      ],
    },
  };
}

/** Even spread over zones; soft, because uneven pods are better than no pods while a zone is away. */
export function spreadByZone(labels: Readonly<Record<string, string>>): HelmValue {
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    },
  ];
}

/** Chart values that tie a release's pods to the system pool; none on a cluster that exists. */
export function systemPool(config: StackConfig): HelmValues {
  return { ...systemPlacement(config) };
}

/** Chart values that tie a release's pods to the application's pool; none on a cluster that exists. */
export function workloadPool(config: StackConfig): HelmValues {
  return { ...workloadPlacement(config) };
}
