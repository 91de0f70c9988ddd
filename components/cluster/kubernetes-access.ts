import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A cluster that the rest of the program can use: a new one on EKS, or one that exists. */
export interface KubernetesAccess {
  /** Provider for everything inside the cluster. */
  readonly provider: k8s.Provider;
  /** What must be there before the first pod, and be gone only after the last. */
  readonly ready: readonly pulumi.Resource[];
}

/** Arguments of a Kubernetes provider as this program uses it. */
export function clusterProviderArgs(
  clusterName: string,
  kubeconfig: pulumi.Input<string> | undefined,
  context?: string,
): k8s.ProviderArgs {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    // Without it, every change of the cluster makes the kubeconfig unknown in the preview, and each Kubernetes object
    // would be shown as replaced.
    clusterIdentifier: clusterName,
    enableServerSideApply: true,
    // Without it a Secret with new content is deleted and made again, and a gateway has no certificate in between.
    enableSecretMutable: true,
    suppressDeprecationWarnings: true,
  };
}
