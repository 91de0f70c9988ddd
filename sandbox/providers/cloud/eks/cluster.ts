import {
  type ComponentRequest,
  type ComponentResult,
  type PropertyMap,
  type PropertyValue,
  Refusal,
  ResourceReference,
  UNKNOWN,
  unwrap,
} from "../../protocol/index.ts";
import type { CloudHooks } from "../types.ts";
import { addAccessEntries } from "./access-entries.ts";
import { addCni, addCoreDns, addKubeProxy } from "./addons.ts";
import { clusterOutputs, clusterSubnets, defined, issuerOf } from "./cluster-outputs.ts";
import { Family, idOf, type Member, mergeTags, outputOf } from "./family.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { addClusterGroup, addNodeGroup } from "./security-groups.ts";
import { addServiceRole, type ServiceRole } from "./service-role.ts";
import { dependingOn, flag, pick, text } from "./values.ts";

/** Options whose resources the fake does not make: to accept them silently would show a plan that AWS would not carry out. */
const NOT_STOOD_IN = ["autoMode", "fargate", "creationRoleProvider", "storageClasses", "roleMappings", "userMappings"];

/** Published versions of the packages whose default providers the children use. */
export interface ChildVersions {
  readonly aws: string;
  readonly kubernetes: string;
}

/**
 * `eks:index:Cluster`: registers what the published component (4.3) registers, with its names, types and parents, for a
 * cluster with access entries and without the default node group.
 * @throws Refusal for options that the fake does not cover.
 */
export async function constructCluster(
  request: ComponentRequest,
  hooks: CloudHooks,
  versions: ChildVersions,
): Promise<ComponentResult> {
  const { name, inputs: args } = request;
  refuseUncovered(args);
  const urn = await request.registerComponent();
  const family = new Family(request, urn, { ...versions });
  const clusterRole = args["serviceRole"] === undefined ? await addClusterRole(family, name, args) : undefined;
  const defaultGroups = !flag(args["skipDefaultSecurityGroups"], false);
  const group = { vpcId: args["vpcId"], tags: args["tags"] };
  const clusterGroup =
    args["clusterSecurityGroup"] === undefined && defaultGroups
      ? await addClusterGroup(family, name, { ...group, groupTags: args["clusterSecurityGroupTags"] })
      : undefined;
  const clusterGroupId = clusterGroup === undefined ? givenId(args["clusterSecurityGroup"]) : idOf(clusterGroup);
  const cluster = await addCluster(family, name, args, clusterRole, clusterGroupId);
  const instanceRole = await addInstanceRole(family, name, args);
  const access = await addAccessEntries(family, name, args, cluster, instanceRole);
  const [, , , security] = await Promise.all([
    addKubeProxy(family, name, args, cluster),
    addCni(family, name, args, cluster, access),
    addCoreDns(family, name, args, cluster),
    defaultGroups && clusterGroupId !== undefined
      ? addNodeGroup(family, name, {
          ...group,
          groupTags: args["nodeSecurityGroupTags"],
          clusterGroup: clusterGroupId,
          cluster,
        })
      : undefined,
  ]);
  const kubeconfig = await kubeconfigOf(request, cluster, hooks);
  const provider = await family.add("pulumi:providers:kubernetes", `${name}-eks-k8s`, {
    kubeconfig: kubeconfig.kubeconfigJson,
    enableConfigMapMutable: args["enableConfigMapMutable"],
  });
  const oidc = await addOidcProvider(family, name, args, cluster);
  const parts = { cluster, clusterGroup, clusterGroupId, clusterRole, instanceRole, security, provider, oidc };
  return { urn, outputs: { ...clusterOutputs(args, parts), ...kubeconfig } };
}

/** The id of a resource that the program hands over: a reference, or the resource's properties. */
function givenId(resource: PropertyValue | undefined): PropertyValue | undefined {
  const inner = unwrap(resource);
  if (!(inner instanceof ResourceReference)) {
    return pick(resource, "id");
  }
  return dependingOn(inner.urn, inner.id === "" ? UNKNOWN : inner.id);
}

function refuseUncovered(args: PropertyMap): void {
  const asked = NOT_STOOD_IN.find((option) => (unwrap(args[option]) ?? null) !== null);
  if (asked !== undefined) {
    throw new Refusal(`the fake of eks.Cluster does not cover ${asked}`);
  }
  if (!flag(args["skipDefaultNodeGroup"], false)) {
    throw new Refusal(
      "the fake of eks.Cluster makes no default node group: set skipDefaultNodeGroup and add a ManagedNodeGroup",
    );
  }
  if (!supportsAccessEntries(args)) {
    throw new Refusal("the fake of eks.Cluster covers the authentication modes API and API_AND_CONFIG_MAP");
  }
}

const supportsAccessEntries = (args: PropertyMap): boolean =>
  text(args["authenticationMode"])?.startsWith("API") === true;

function addClusterRole(family: Family, name: string, args: PropertyMap): Promise<ServiceRole> {
  return addServiceRole(family, `${name}-eksRole`, {
    service: "eks.amazonaws.com",
    description: "Allows EKS to manage clusters on your behalf.",
    policies: ["AmazonEKSClusterPolicy"],
    actions: ["sts:AssumeRole", "sts:TagSession"],
    tags: unwrap(args["tags"]),
  });
}

function addCluster(
  family: Family,
  name: string,
  args: PropertyMap,
  role: ServiceRole | undefined,
  groupId: PropertyValue | undefined,
): Promise<Member> {
  const mode = text(args["authenticationMode"]) ?? null;
  const serviceCidr = args["kubernetesServiceIpAddressRange"];
  const network = serviceCidr ?? args["ipFamily"];
  const inputs: PropertyMap = {
    name: args["name"],
    roleArn: role === undefined ? pick(args["serviceRole"], "arn") : outputOf(role.role, "arn"),
    kubernetesNetworkConfig:
      network === undefined
        ? undefined
        : defined({ serviceIpv4Cidr: serviceCidr, ipFamily: args["ipFamily"] ?? "ipv4" }),
    bootstrapSelfManagedAddons: flag(args["bootstrapSelfManagedAddons"], true),
    vpcConfig: defined({
      securityGroupIds: groupId === undefined ? undefined : [groupId],
      subnetIds: clusterSubnets(args),
      endpointPrivateAccess: args["endpointPrivateAccess"],
      endpointPublicAccess: args["endpointPublicAccess"],
      publicAccessCidrs: args["publicAccessCidrs"],
    }),
    version: args["version"],
    enabledClusterLogTypes: args["enabledClusterLogTypes"],
    tags: mergeTags({ Name: `${name}-eksCluster` }, args["clusterTags"], args["tags"]),
    encryptionConfig:
      args["encryptionConfigKeyArn"] === undefined
        ? undefined
        : { provider: { keyArn: args["encryptionConfigKeyArn"] }, resources: ["secrets"] },
    accessConfig: { authenticationMode: mode, bootstrapClusterCreatorAdminPermissions: true },
    upgradePolicy: args["upgradePolicy"],
    deletionProtection: args["deletionProtection"],
  };
  return family.add("aws:eks/cluster:Cluster", `${name}-eksCluster`, inputs, {
    dependsOn: role?.complete ?? [],
    ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
  });
}

/** The nodes' role is made when asked for, and by default only together with the default node group. */
async function addInstanceRole(family: Family, name: string, args: PropertyMap): Promise<ServiceRole | undefined> {
  const given = args["instanceRole"] ?? args["instanceRoles"];
  if (given !== undefined || !flag(args["createInstanceRole"], false)) {
    return undefined;
  }
  const role = await addServiceRole(family, `${name}-instanceRole`, {
    service: "ec2.amazonaws.com",
    policies: ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"],
    tags: unwrap(args["tags"]),
  });
  await family.add("aws:iam/instanceProfile:InstanceProfile", `${name}-instanceProfile`, {
    role: outputOf(role.role, "name"),
  });
  return role;
}

async function addOidcProvider(
  family: Family,
  name: string,
  args: PropertyMap,
  cluster: Member,
): Promise<Member | undefined> {
  if (!flag(args["createOidcProvider"], false)) {
    return undefined;
  }
  return family.add("aws:iam/openIdConnectProvider:OpenIdConnectProvider", `${name}-oidcProvider`, {
    clientIdLists: ["sts.amazonaws.com"],
    url: dependingOn(cluster.urn, issuerOf(cluster)),
    // The published component takes it from AWS's certificate over the network; it is the root's and rarely changes.
    thumbprintLists: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
  });
}
