/**
 * Which changes replace an object: the immutable fields, as the official provider (4.34) lists them. A change below a
 * listed path counts as a change of it.
 */
import { isObject, type JsonObject } from "./object.ts";

/** Provider options that decide whether configuration objects are edited in place. Default: they are replaced. */
export interface MutabilityOptions {
  readonly configMapMutable: boolean;
  readonly secretMutable: boolean;
}

const METADATA = ["metadata.name", "metadata.namespace"];

const ROLE_BINDING = ["roleRef"];

const POD_MUTABLE = ["activeDeadlineSeconds", "tolerations", "containers", "initContainers", "ephemeralContainers"];

const BY_KIND: Readonly<Record<string, readonly string[]>> = {
  "apps/v1/Deployment": ["spec.selector"],
  "apps/v1/DaemonSet": ["spec.selector"],
  "apps/v1/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ROLE_BINDING,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ROLE_BINDING,
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Service": ["spec.clusterIP"],
};

/** Paths whose change replaces an object of this kind. */
export function replacePaths(object: JsonObject, mutability: MutabilityOptions): readonly string[] {
  const kind = `${String(object["apiVersion"])}/${String(object["kind"])}`;
  if (kind === "v1/ConfigMap") {
    return mutability.configMapMutable && object["immutable"] !== true ? METADATA : [...METADATA, "binaryData", "data"];
  }
  if (kind === "v1/Secret") {
    const editable = mutability.secretMutable && object["immutable"] !== true;
    return [...METADATA, "type", ...(editable ? [] : ["stringData", "data"])];
  }
  if (kind === "v1/Pod") {
    return [...METADATA, ...podPaths(object)];
  }
  return [...METADATA, ...(BY_KIND[kind] ?? [])];
}

/** Nearly all of a pod is immutable; of its containers all but the image, which the official provider replaces for, too. */
function podPaths(object: JsonObject): readonly string[] {
  const spec = isObject(object["spec"]) ? Object.keys(object["spec"]) : [];
  const fixed = spec.filter((key) => !POD_MUTABLE.includes(key)).map((key) => `spec.${key}`);
  return [...fixed, "spec.containers", "spec.initContainers"];
}
