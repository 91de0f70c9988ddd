import type { KarpenterConfig } from "../schema/karpenter.ts";
import type { StackConfig } from "../../stack/config.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { nodeVolumes } from "../node-images.ts";
import { poolLabels, poolTaints } from "../../stack/node-pools.ts";
import { nodeRequirements } from "./instances.ts";
import type { KarpenterObject, NodeClassObject, NodePoolObject } from "../../kubernetes/karpenter.ts";

/** Tag by which Karpenter finds subnets and security group: network and security groups carry it. */
export const DISCOVERY_TAG = "karpenter.sh/discovery";

/** Name of the NodePool and of its EC2NodeClass: Karpenter's nodes belong to the pool of the application. */
const POOL = "workload";

/** Name of the instance profile of Karpenter's nodes: IAM knows no regions, so the region is in it. */
export function karpenterInstanceProfile(region: string, clusterName: string): string {
  return `karpenter-${region}-${clusterName}`;
}

/**
 * Pods of a node. The network add-on hands out prefixes, which Karpenter does not know of: without this it would count
 * single addresses. The same number as EKS gives the managed pools (mesh/aws/allocatable.ts).
 */
const MAX_PODS = 110;

/** Karpenter's objects of a stack, in the order of their creation; none where it is off. */
export function karpenterObjects(config: StackConfig, clusterName: string): KarpenterObject[] {
  const { platform, cluster } = config;
  return platform.kind === "eks" && cluster.karpenter.enabled
    ? [nodeClass(config, platform.region, clusterName), nodePool(cluster.karpenter, platform.zones)]
    : [];
}

/**
 * How Karpenter's machines start: EKS's image, IMDSv2 with one hop, encrypted gp3 volumes, subnets and group of the stack. The
 * component adds the KMS key, which is known only once it is made.
 */
function nodeClass({ cluster, network, tags }: StackConfig, region: string, clusterName: string): NodeClassObject {
  const { imageVersion, diskSizeGiB } = cluster.karpenter;
  const discovery = [{ tags: { [DISCOVERY_TAG]: clusterName } }];
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: POOL, labels: MANAGED_BY },
    spec: {
      amiSelectorTerms: [{ alias: `al2023@${imageVersion}` }],
      instanceProfile: karpenterInstanceProfile(region, clusterName),
      // A network that exists has tags of its own.
      subnetSelectorTerms: network.existing?.privateSubnetIds.map((id) => ({ id })) ?? discovery,
      securityGroupSelectorTerms: discovery,
      associatePublicIPAddress: false,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpProtocolIPv6: "disabled",
        httpPutResponseHopLimit: 1,
        httpTokens: "required",
      },
      blockDeviceMappings: nodeVolumes({ image: "AL2023", diskSizeGiB }).map(({ device, sizeGiB }) => ({
        deviceName: device,
        ebs: { volumeType: "gp3", volumeSize: `${sizeGiB}Gi`, encrypted: true, deleteOnTermination: true },
      })),
      kubelet: { maxPods: MAX_PODS },
      tags: { Name: `${clusterName}-karpenter-${POOL}`, project: "ecommerce-mesh", ...tags },
    },
  };
}

/** Which machines, how many, and when they go again. Labels and taints are those of the managed workload pool. */
function nodePool(karpenter: KarpenterConfig, zones: readonly string[]): NodePoolObject {
  const { limits, consolidationPolicy, consolidateAfter, disruptionBudget } = karpenter;
  const { expireAfter, terminationGracePeriod } = karpenter;
  const taints = poolTaints(POOL).map(({ key, value }) => ({ key, value, effect: "NoSchedule" as const }));
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: POOL, labels: MANAGED_BY },
    spec: {
      template: {
        metadata: { labels: poolLabels(POOL) },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: POOL },
          requirements: nodeRequirements(karpenter, zones),
          ...(taints.length > 0 && { taints }),
          expireAfter,
          // Never is Karpenter's default, and its schema has no word for it.
          ...(terminationGracePeriod !== "Never" && { terminationGracePeriod }),
        },
      },
      limits: { cpu: String(limits.cpu), memory: `${limits.memoryGiB}Gi` },
      disruption: { consolidationPolicy, consolidateAfter, budgets: [{ nodes: disruptionBudget }] },
    },
  };
}
