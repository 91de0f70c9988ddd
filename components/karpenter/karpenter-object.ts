import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../kubernetes/object.ts";
import type { KarpenterObject, NodeClassObject } from "../../mesh/kubernetes/karpenter.ts";

/** A NodePool's nodes are drained before it goes: the grace period of a node, and time for EC2. */
const DELETE_TIMEOUT = "90m";

/**
 * Registers one of Karpenter's custom resources. Deleting it waits until its nodes are gone: a NodePool for its
 * NodeClaims, which name it as their owner, an EC2NodeClass by Karpenter's finalizer.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 * @param keyArn KMS key of the nodes' volumes
 */
export function createKarpenterObject(
  parentName: string,
  object: KarpenterObject,
  keyArn: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { apiVersion, kind, metadata } = object;
  const spec = object.kind === "EC2NodeClass" ? withKey(object.spec, keyArn) : object.spec;
  return new k8s.apiextensions.CustomResource(
    resourceName(parentName, object),
    { apiVersion, kind, metadata, spec },
    { ...options, customTimeouts: { delete: DELETE_TIMEOUT } },
  );
}

function withKey(spec: NodeClassObject["spec"], kmsKeyID: pulumi.Input<string>) {
  return {
    ...spec,
    blockDeviceMappings: spec.blockDeviceMappings.map((device) => ({ ...device, ebs: { ...device.ebs, kmsKeyID } })),
  };
}
