/** Name of the instance profile of Karpenter's nodes: IAM knows no regions, so the region is in it. */
export function karpenterInstanceProfile(region: string, clusterName: string): string {
  return `karpenter-${region}-${clusterName}`;
}

/** Name of the queue that tells Karpenter which of its machines are about to go. */
export function interruptionQueue(clusterName: string): string {
  return `${clusterName}-karpenter`;
}
