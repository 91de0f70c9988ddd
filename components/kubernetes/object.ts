import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CoreObject, KubernetesObject, StorageClassObject } from "../../mesh/kubernetes/objects.ts";

type CustomObject = Exclude<KubernetesObject, CoreObject | StorageClassObject>;

/** The API groups of Kubernetes' own objects; every other group is of a CustomResourceDefinition. */
const CORE_GROUPS = /^(v1|(apps|autoscaling|policy)\/\w+|(admissionregistration|networking|storage)\.k8s\.io\/\w+)$/;

/**
 * Registers an object: Kubernetes' own as the typed resource of its kind, any other as a custom resource. A webhook of istiod or
 * cert-manager sees most of these, so they must be created after that answers. Deleting one of cert-manager's takes what cert-manager
 * has made for it along, orders and challenges first: as long as the controller runs, no finalizer stays.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 */
export function createObject(
  parentName: string,
  object: KubernetesObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const name = resourceName(parentName, object);
  if (isCustom(object)) {
    const { apiVersion, kind, metadata, spec } = object;
    return new k8s.apiextensions.CustomResource(name, { apiVersion, kind, metadata, spec }, options);
  }
  const { metadata } = object;
  switch (object.kind) {
    case "Namespace":
      return new k8s.core.v1.Namespace(name, { metadata }, options);
    case "ServiceAccount": {
      const { automountServiceAccountToken } = object;
      return new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken }, options);
    }
    case "ConfigMap":
      return new k8s.core.v1.ConfigMap(name, { metadata, data: object.data }, options);
    case "Service":
      return new k8s.core.v1.Service(name, { metadata, spec: object.spec }, options);
    case "Deployment":
      return new k8s.apps.v1.Deployment(name, { metadata, spec: object.spec }, options);
    case "HorizontalPodAutoscaler":
      return new k8s.autoscaling.v2.HorizontalPodAutoscaler(name, { metadata, spec: object.spec }, options);
    case "PodDisruptionBudget":
      return new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec: object.spec }, options);
    case "MutatingWebhookConfiguration": {
      const args = { metadata, webhooks: [...object.webhooks] };
      return new k8s.admissionregistration.v1.MutatingWebhookConfiguration(name, args, options);
    }
    case "NetworkPolicy":
      return new k8s.networking.v1.NetworkPolicy(name, { metadata, spec: object.spec }, options);
    case "ResourceQuota":
      return new k8s.core.v1.ResourceQuota(name, { metadata, spec: object.spec }, options);
    case "LimitRange":
      return new k8s.core.v1.LimitRange(name, { metadata, spec: object.spec }, options);
    case "StorageClass":
      throw new Error("a StorageClass holds the stack's key: the cluster registers it");
  }
}

function isCustom(object: KubernetesObject): object is CustomObject {
  return !CORE_GROUPS.test(object.apiVersion);
}

/** Name of the Pulumi resource of an object: unique within a component, and readable in a preview. */
export function resourceName(parentName: string, { kind, metadata }: KubernetesObject): string {
  return `${parentName}-${kind.toLowerCase()}-${metadata.name}`;
}
