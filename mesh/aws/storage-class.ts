import type { StackConfig } from "../stack/config.ts";
import { MANAGED_BY } from "../kubernetes/labels.ts";
import type { StorageClassObject } from "../kubernetes/objects.ts";

/** The default class of volumes on EKS: gp3, encrypted, made in the zone of the pod that asks for it. */
export function storageClass(): StorageClassObject {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: "gp3",
      labels: MANAGED_BY,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true" },
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
    allowVolumeExpansion: true,
  };
}

/** The storage classes of a stack: none on a cluster that exists, which has its own. */
export function storageClasses({ platform }: StackConfig): StorageClassObject[] {
  return platform.kind === "eks" ? [storageClass()] : [];
}
