/** What can be told about a kind without asking an API server: previews run before there is one. */

/** Built-in kinds that do not live in a namespace (Kubernetes 1.35). */
const CLUSTER_SCOPED = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "ComponentStatus",
  "ClusterRole",
  "ClusterRoleBinding",
  "StorageClass",
  "VolumeAttachment",
  "VolumeAttributesClass",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "APIService",
  "PriorityClass",
  "RuntimeClass",
  "IngressClass",
  "IPAddress",
  "ServiceCIDR",
  "FlowSchema",
  "PriorityLevelConfiguration",
  "CertificateSigningRequest",
  "ClusterTrustBundle",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "DeviceClass",
  "ResourceSlice",
]);

/** Groups that the API server itself serves. */
function isBuiltInGroup(group: string): boolean {
  const plain = ["", "apps", "batch", "autoscaling", "policy"].includes(group);
  // Projects of the Kubernetes organisation use x-k8s.io or their own subdomain, e.g. gateway.networking.k8s.io.
  return plain || (/^[a-z]+(\.authorization)?\.k8s\.io$/.test(group) && !group.startsWith("metrics."));
}

/** True: in a namespace. False: not. Undefined: a custom resource, which only its definition can tell. */
export function isNamespacedKind(apiVersion: string, kind: string): boolean | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return isBuiltInGroup(group) ? !CLUSTER_SCOPED.has(kind) : undefined;
}

/** apiVersion and kind of a resource type, e.g. `kubernetes:core/v1:Service` is `v1` and `Service`. */
export function kindOfToken(type: string): { readonly apiVersion: string; readonly kind: string } | undefined {
  const [packageName, apiVersion, kind] = type.split(":");
  if (packageName !== "kubernetes" || apiVersion === undefined || kind === undefined || kind === "") {
    return undefined;
  }
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}
