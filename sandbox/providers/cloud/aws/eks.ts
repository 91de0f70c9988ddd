import { digest } from "../ids.ts";
import { recordOf, textOf } from "../properties.ts";
import type { ClusterAccess, Making, Properties, ResourceType } from "../types.ts";
import { DEFAULT_KUBERNETES_VERSION, platformVersion } from "./eks-versions.ts";

const nameOf = ({ inputs, id }: Making): string => textOf(inputs["name"]) || id;

/** EKS. */
export const EKS_TYPES: Readonly<Record<string, ResourceType>> = {
  "aws:eks/cluster:Cluster": {
    idFrom: ["name"],
    autoname: "name",
    arn: { service: "eks", resource: (making) => `cluster/${nameOf(making)}` },
    taggable: true,
    replaceOn: [
      "name",
      "roleArn",
      "vpcConfig.vpcId",
      "encryptionConfig.provider",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "bootstrapSelfManagedAddons",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "outpostConfig",
    ],
    assigned: clusterOutputs,
  },
  "aws:eks/nodeGroup:NodeGroup": {
    idFrom: ["clusterName", "nodeGroupName"],
    autoname: "nodeGroupName",
    arn: {
      service: "eks",
      resource: ({ inputs, id }) =>
        `nodegroup/${textOf(inputs["clusterName"])}/${textOf(inputs["nodeGroupName"])}/${digest(8, id)}`,
    },
    taggable: true,
    replaceOn: [
      "clusterName",
      "nodeGroupName",
      "nodeRoleArn",
      "subnetIds",
      "instanceTypes",
      "amiType",
      "capacityType",
      "diskSize",
      "launchTemplate.id",
      "launchTemplate.name",
      "remoteAccess",
    ],
    defaults: { capacityType: "ON_DEMAND", amiType: "AL2023_x86_64_STANDARD", diskSize: 20 },
    assigned: ({ id, inputs }) => ({
      status: "ACTIVE",
      resources: [{ autoscalingGroups: [{ name: `eks-${textOf(inputs["nodeGroupName"])}-${digest(8, id)}` }] }],
    }),
  },
  "aws:eks/addon:Addon": {
    idFrom: ["clusterName", "addonName"],
    arn: {
      service: "eks",
      resource: ({ inputs, id }) =>
        `addon/${textOf(inputs["clusterName"])}/${textOf(inputs["addonName"])}/${digest(8, id)}`,
    },
    taggable: true,
    replaceOn: ["clusterName", "addonName"],
    assigned: () => ({ createdAt: EPOCH, modifiedAt: EPOCH }),
  },
  "aws:eks/accessEntry:AccessEntry": {
    idFrom: ["clusterName", "principalArn"],
    taggable: true,
    replaceOn: ["clusterName", "principalArn", "type"],
    defaults: { type: "STANDARD" },
    assigned: () => ({ createdAt: EPOCH, modifiedAt: EPOCH }),
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    idFrom: ["clusterName", "principalArn", "policyArn"],
    replaceOn: ["clusterName", "principalArn", "policyArn", "accessScope"],
    assigned: () => ({ associatedAt: EPOCH, modifiedAt: EPOCH }),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    prefix: "a",
    arn: {
      service: "eks",
      resource: ({ inputs, id }) => `podidentityassociation/${textOf(inputs["clusterName"])}/${id}`,
    },
    taggable: true,
    replaceOn: ["clusterName", "namespace", "serviceAccount"],
    assigned: ({ id }) => ({ associationId: id }),
  },
};

/** Times do not pass in the fake cloud: the same program gives the same outputs. */
const EPOCH = "2026-01-01T00:00:00Z";

function clusterOutputs(making: Making): Properties {
  const { id, inputs, region, store, access } = making;
  const version = textOf(inputs["version"]) || DEFAULT_KUBERNETES_VERSION;
  const vpcConfig = recordOf(inputs["vpcConfig"]);
  const [subnetId] = Array.isArray(vpcConfig["subnetIds"]) ? vpcConfig["subnetIds"] : [];
  const issuer = `https://oidc.eks.${region}.amazonaws.com/id/${digest(32, id).toUpperCase()}`;
  return {
    version,
    platformVersion: platformVersion(version),
    status: "ACTIVE",
    endpoint: access?.server ?? "",
    certificateAuthority: { data: certificateAuthorityOf(access) },
    createdAt: EPOCH,
    identities: [{ oidcs: [{ issuer }] }],
    vpcConfig: {
      endpointPublicAccess: true,
      endpointPrivateAccess: false,
      publicAccessCidrs: ["0.0.0.0/0"],
      ...vpcConfig,
      vpcId: textOf(store.get("aws:ec2/subnet:Subnet", textOf(subnetId))?.inputs["vpcId"]),
      clusterSecurityGroupId: `sg-0${digest(16, id, "cluster")}`,
    },
    accessConfig: { authenticationMode: "CONFIG_MAP", ...recordOf(inputs["accessConfig"]) },
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: "172.20.0.0/16",
      ipFamily: "ipv4",
      ...recordOf(inputs["kubernetesNetworkConfig"]),
    },
  };
}

function certificateAuthorityOf(access: ClusterAccess | undefined): string {
  if (access === undefined) {
    return "";
  }
  const kubeconfig = JSON.parse(access.kubeconfigJson) as {
    clusters?: { cluster?: { "certificate-authority-data"?: string } }[];
  };
  return kubeconfig.clusters?.[0]?.cluster?.["certificate-authority-data"] ?? "";
}
