import { addonVersions } from "../aws/eks-versions.ts";
import { recordOf, textOf, textsOf } from "../properties.ts";
import type { CloudObject, CloudStore } from "../store.ts";
import { type CreateRule, type DeleteRule, referring } from "./rule.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const ROLE = "aws:iam/role:Role";
const ADDON = "aws:eks/addon:Addon";

/** A control plane spans two zones at least. */
export const clusterInTwoZones: CreateRule = (store, inputs) => {
  const subnetIds = textsOf(recordOf(inputs["vpcConfig"])["subnetIds"]);
  const zones = new Set(subnetIds.map((id) => zoneOf(store, id)));
  return zones.size >= 2
    ? undefined
    : "InvalidParameterException: Subnets specified must be in at least two different AZs";
};

function zoneOf(store: CloudStore, subnetId: string): string {
  return textOf(store.get("aws:ec2/subnet:Subnet", subnetId)?.inputs["availabilityZone"]) || subnetId;
}

/** The cluster's role exists and may run a control plane. */
export const clusterRole: CreateRule = (store, inputs) => {
  const role = roleByArn(store, textOf(inputs["roleArn"]));
  if (role === undefined) {
    return `InvalidParameterException: The role ${textOf(inputs["roleArn"])} does not exist`;
  }
  return policiesOf(store, role.id).includes("AmazonEKSClusterPolicy")
    ? undefined
    : `InvalidRequestException: The role ${role.id} lacks AmazonEKSClusterPolicy, without which the control plane cannot run`;
};

/** A node group's cluster exists. */
export const clusterExists: CreateRule = (store, inputs) => {
  const name = textOf(inputs["clusterName"]);
  return store.get(CLUSTER, name) === undefined
    ? `ResourceNotFoundException: No cluster found for name: ${name}.`
    : undefined;
};

/** A node group has subnets. */
export const nodeGroupSubnets: CreateRule = (_store, inputs) =>
  textsOf(inputs["subnetIds"]).length === 0
    ? "InvalidParameterException: Subnets cannot be empty. Subnets should be provided."
    : undefined;

/** Sizes of a node group agree. */
export const nodeGroupSizes: CreateRule = (_store, inputs) => {
  const { minSize, desiredSize, maxSize } = recordOf(inputs["scalingConfig"]);
  if (typeof minSize !== "number" || typeof desiredSize !== "number" || typeof maxSize !== "number") {
    return undefined;
  }
  return minSize <= desiredSize && desiredSize <= maxSize
    ? undefined
    : `InvalidParameterException: desired capacity ${desiredSize} must be between min ${minSize} and max ${maxSize}`;
};

/** Nodes whose role lacks these policies never join; AWS reports it after 20 minutes, the fake at once. */
export const nodeRolePolicies: CreateRule = (store, inputs) => {
  const role = roleByArn(store, textOf(inputs["nodeRoleArn"]));
  if (role === undefined) {
    return `InvalidParameterException: The role ${textOf(inputs["nodeRoleArn"])} does not exist`;
  }
  const policies = policiesOf(store, role.id);
  const missing = [
    policies.some((policy) => /^AmazonEKSWorkerNode(Minimal)?Policy$/.test(policy)) ? "" : "AmazonEKSWorkerNodePolicy",
    policies.includes("AmazonEKS_CNI_Policy") || cniHasOwnRole(store, textOf(inputs["clusterName"]))
      ? ""
      : "AmazonEKS_CNI_Policy",
    policies.some((policy) => policy.startsWith("AmazonEC2ContainerRegistry"))
      ? ""
      : "AmazonEC2ContainerRegistryPullOnly",
  ].filter((policy) => policy !== "");
  return missing.length === 0
    ? undefined
    : `NodeCreationFailure: Instances failed to join the kubernetes cluster: role ${role.id} lacks ${missing.join(", ")}`;
};

/** The CNI may have its permissions from a pod identity or a service account's role instead of the node's. */
function cniHasOwnRole(store: CloudStore, clusterName: string): boolean {
  const byPodIdentity = store
    .list("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    .some((object) => object.inputs["clusterName"] === clusterName && object.inputs["serviceAccount"] === "aws-node");
  const addon = store.get(ADDON, `${clusterName}:vpc-cni`);
  const byAddon =
    textOf(addon?.inputs["serviceAccountRoleArn"]) !== "" ||
    (Array.isArray(addon?.inputs["podIdentityAssociations"]) && addon.inputs["podIdentityAssociations"].length > 0);
  return byPodIdentity || byAddon;
}

/** An add-on's version exists for the cluster's Kubernetes version. Add-ons that the fake does not know pass. */
export const addonVersionKnown: CreateRule = (store, inputs) => {
  const version = textOf(inputs["addonVersion"]);
  const cluster = store.get(CLUSTER, textOf(inputs["clusterName"]));
  const versions = addonVersions(textOf(inputs["addonName"]), textOf(cluster?.outputs["version"]));
  return version === "" || versions === undefined || versions.includes(version)
    ? undefined
    : "InvalidParameterException: Addon version specified is not supported";
};

/** A protected cluster stays. */
export const clusterUnprotected: DeleteRule = (_store, { id, inputs }) =>
  inputs["deletionProtection"] === true
    ? `InvalidRequestException: The cluster ${id} has deletion protection enabled: disable it before you delete the cluster`
    : undefined;

/** A cluster goes after its node groups. */
export const clusterWithoutNodeGroups: DeleteRule = (store, cluster) =>
  referring(store, NODE_GROUP, "clusterName", cluster.id).length > 0
    ? "ResourceInUseException: Cluster has nodegroups attached"
    : undefined;

function roleByArn(store: CloudStore, arn: string): CloudObject | undefined {
  return store.list(ROLE).find((role) => role.outputs["arn"] === arn);
}

/** Names of the managed policies of a role, without their path. */
function policiesOf(store: CloudStore, roleName: string): readonly string[] {
  const role = store.get(ROLE, roleName);
  const attached = referring(store, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", roleName);
  const arns = [
    ...attached.map((object) => textOf(object.inputs["policyArn"])),
    ...textsOf(role?.inputs["managedPolicyArns"]),
  ];
  return arns.map((arn) => arn.split("/").at(-1) ?? arn);
}
