import { type AddonName } from "./eks-versions.ts";
import type { HelmValues } from "../kubernetes/objects.ts";
import { poolPlacement } from "../stack/node-pools.ts";

/** An add-on that EKS installs and keeps. */
export interface ManagedAddon {
  readonly name: AddonName;
  /** Whether it must stand before the first node: a node without it would not become ready, or would be set up without it. */
  readonly beforeNodes: boolean;
  /** Values as the add-on's own schema names them; see `aws eks describe-addon-configuration`. */
  readonly configuration?: HelmValues;
  /** Service account whose pods call AWS, and the policy of AWS's that they need, with its path. */
  readonly identity?: { readonly serviceAccount: string; readonly policy: string };
}

/** The add-ons of every cluster. */
export function managedAddons(): ManagedAddon[] {
  // Deployments run beside istiod; DaemonSets of EKS tolerate every taint by themselves.
  const placement = { ...poolPlacement("system") };
  return [
    { name: "eks-pod-identity-agent", beforeNodes: true },
    { name: "kube-proxy", beforeNodes: true },
    {
      name: "vpc-cni",
      beforeNodes: true,
      configuration: {
        enableNetworkPolicy: "true",
        // 16 addresses at a time: as many pods a node as the kubelet takes. EKS reads it when it sets up a node's kubelet.
        env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
      },
      identity: { serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy" },
    },
    { name: "coredns", beforeNodes: false, configuration: placement },
    {
      name: "aws-ebs-csi-driver",
      beforeNodes: false,
      configuration: { controller: placement },
      identity: { serviceAccount: "ebs-csi-controller-sa", policy: "service-role/AmazonEBSCSIDriverPolicy" },
    },
    { name: "metrics-server", beforeNodes: false, configuration: placement },
  ];
}
