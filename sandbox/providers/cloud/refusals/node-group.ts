import { recordOf, textOf, textsOf } from "../properties.ts";
import { SANDBOX_PRINCIPAL } from "../place.ts";
import { type CreateRule, referring } from "./rule.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry";
const POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

/** A cluster moves up, one minor version at a time. */
export const clusterVersionStep: CreateRule = (store, inputs) => {
  const from = textOf(store.get(CLUSTER, textOf(inputs["name"]))?.outputs["version"]);
  const to = textOf(inputs["version"]);
  const step = minorOf(to) - minorOf(from);
  return from === "" || to === "" || step === 0 || step === 1
    ? undefined
    : `InvalidParameterException: Unsupported Kubernetes minor version update from ${from} to ${to}`;
};

/** Nodes are never newer than their control plane. */
export const nodeVersionNotAhead: CreateRule = (store, inputs) => {
  const cluster = textOf(store.get(CLUSTER, textOf(inputs["clusterName"]))?.outputs["version"]);
  const nodes = textOf(inputs["version"]);
  return cluster === "" || nodes === "" || minorOf(nodes) <= minorOf(cluster)
    ? undefined
    : `InvalidParameterException: Nodegroup Kubernetes version ${nodes} cannot be newer than the cluster's ${cluster}`;
};

const minorOf = (version: string): number => Number(version.split(".")[1] ?? 0);

/** A launch template that is named exists, and the node group does not say again what belongs into it. */
export const nodeGroupTemplate: CreateRule = (store, inputs) => {
  const id = textOf(recordOf(inputs["launchTemplate"])["id"]);
  if (id === "") {
    return undefined;
  }
  if (store.get("aws:ec2/launchTemplate:LaunchTemplate", id) === undefined) {
    return `InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID ${id}, does not exist.`;
  }
  return inputs["diskSize"] === undefined
    ? undefined
    : "InvalidParameterException: Disk size must be specified within the launch template.";
};

/** A principal has one entry in a cluster, and who made the cluster has one from its beginning. */
export const accessEntryOnce: CreateRule = (store, inputs) => {
  const principal = textOf(inputs["principalArn"]);
  const clusterName = textOf(inputs["clusterName"]);
  const cluster = store.get(CLUSTER, clusterName);
  const taken = referring(store, ACCESS_ENTRY, "principalArn", principal).some(
    (entry) => entry.inputs["clusterName"] === clusterName,
  );
  const creates = recordOf(cluster?.outputs["accessConfig"])["bootstrapClusterCreatorAdminPermissions"] !== false;
  return taken || (creates && principal === SANDBOX_PRINCIPAL)
    ? "ResourceInUseException: The specified access entry resource is already in use on this cluster."
    : undefined;
};

/** A service account has one role. */
export const podIdentityOnce: CreateRule = (store, inputs) => {
  const key = ({ clusterName, namespace, serviceAccount }: typeof inputs) =>
    [clusterName, namespace, serviceAccount].map(textOf).join("/");
  return store.list(POD_IDENTITY).some((other) => key(other.inputs) === key(inputs))
    ? "ResourceInUseException: Association already exists"
    : undefined;
};

/** EKS makes the log group of a cluster that logs, if there is none: who comes later finds it taken. */
export const logGroupFree: CreateRule = (store, inputs) => {
  const name = textOf(inputs["name"]);
  const cluster = store.get(CLUSTER, /^\/aws\/eks\/(.+)\/cluster$/.exec(name)?.[1] ?? "");
  return cluster === undefined || textsOf(cluster.inputs["enabledClusterLogTypes"]).length === 0
    ? undefined
    : `ResourceAlreadyExistsException: The specified log group already exists: ${name}`;
};
