import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CoreObject } from "../../mesh/kubernetes/objects.ts";

/**
 * Registers one of Kubernetes' own objects as the typed resource of its kind.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 */
export function createCoreObject(
  parentName: string,
  object: CoreObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const name = resourceName(parentName, object);
  const { metadata } = object;
  switch (object.kind) {
    case "Namespace":
      return new k8s.core.v1.Namespace(name, { metadata }, options);
    case "ServiceAccount":
      return new k8s.core.v1.ServiceAccount(
        name,
        { metadata, automountServiceAccountToken: object.automountServiceAccountToken },
        options,
      );
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
    case "MutatingWebhookConfiguration":
      return new k8s.admissionregistration.v1.MutatingWebhookConfiguration(
        name,
        { metadata, webhooks: [...object.webhooks] },
        options,
      );
    case "NetworkPolicy":
      return new k8s.networking.v1.NetworkPolicy(name, { metadata, spec: object.spec }, options);
    case "ResourceQuota":
      return new k8s.core.v1.ResourceQuota(name, { metadata, spec: object.spec }, options);
    case "LimitRange":
      return new k8s.core.v1.LimitRange(name, { metadata, spec: object.spec }, options);
  }
}

/** Name of the Pulumi resource of an object: unique within a component, and readable in a preview. */
export function resourceName(
  parentName: string,
  object: { readonly kind: string; readonly metadata: { readonly name: string } },
): string {
  return `${parentName}-${object.kind.toLowerCase()}-${object.metadata.name}`;
}
