import { interruptionQueue } from "./interruptions.ts";
import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { systemPool } from "../../releases/placement.ts";

/**
 * Karpenter's CustomResourceDefinitions and the controller, in this order; none where it is off. Two releases, because Helm never
 * updates the definitions that lie beside a chart's templates.
 */
export function karpenterReleases({ config }: StackData, clusterName: string): HelmRelease[] {
  const { platform, cluster, network } = config;
  const { enabled, chart } = cluster.karpenter;
  if (platform.kind !== "eks" || !enabled) {
    return [];
  }
  return [
    { name: RELEASES.karpenterCrds, namespace: KUBE_SYSTEM, chart: "karpenter-crd", ...chart, values: {} },
    {
      name: RELEASES.karpenter,
      namespace: KUBE_SYSTEM,
      chart: "karpenter",
      ...chart,
      skipCrds: true,
      values: {
        serviceAccount: { name: RELEASES.karpenter },
        replicas: 2,
        podDisruptionBudget: { name: RELEASES.karpenter, maxUnavailable: 1 },
        controller: {
          // Pods do not reach the instance metadata (hop limit 1), where the controller would look for it.
          env: [{ name: "AWS_REGION", value: platform.region }],
          resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        },
        settings: {
          clusterName,
          eksControlPlane: true,
          interruptionQueue: interruptionQueue(clusterName),
          enableZonalShift: cluster.zonalShift,
          isolatedVPC: network.nat === "none" && network.existing === undefined,
        },
        // On the managed pool: on a node of its own making it could take away the node that it runs on.
        ...systemPool(config),
      },
    },
  ];
}
