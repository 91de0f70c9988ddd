import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { storageClass } from "../../mesh/aws/storage-class.ts";

/**
 * Registers the default class of volumes, with the stack's key in it.
 * @param name name of the component that owns it
 * @param keyArn KMS key that encrypts the volumes
 */
export function createDefaultStorageClass(
  name: string,
  keyArn: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass {
  const { metadata, parameters, provisioner, volumeBindingMode, reclaimPolicy, allowVolumeExpansion } = storageClass();
  return new k8s.storage.v1.StorageClass(
    `${name}-storageclass-${metadata.name}`,
    {
      metadata,
      provisioner,
      parameters: { ...parameters, kmsKeyId: keyArn },
      volumeBindingMode,
      reclaimPolicy,
      allowVolumeExpansion,
    },
    options,
  );
}
