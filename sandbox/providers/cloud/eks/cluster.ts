import {
  type ComponentRequest,
  type ComponentResult,
  type PropertyMap,
  type PropertyValue,
  Refusal,
  UNKNOWN,
  unwrap,
} from "../../protocol/index.ts";
import type { CloudHooks } from "../types.ts";
import { addAccessEntries } from "./access-entries.ts";
import { addCni, addCoreDns, addKubeProxy } from "./addons.ts";
import { Family, idOf, type Member, mergeTags, outputOf, referenceTo } from "./family.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { addClusterGroup, addNodeGroup, type NodeGroupSecurity } from "./security-groups.ts";
import { addServiceRole, type ServiceRole } from "./service-role.ts";
import { dependingOn, flag, map, pick, text, whenKnown } from "./values.ts";

/** Options whose resources the stand-in does not make: to accept them silently would show a plan that AWS would not carry out. */
const NOT_STOOD_IN = ["autoMode", "fargate", "creationRoleProvider", "storageClasses", "roleMappings", "userMappings"];

/** Published versions of the packages whose default providers the children use. */
export interface ChildVersions {
  readonly aws: string;
  readonly kubernetes: string;
}

/**
 * `eks:index:Cluster`: registers what the published component (4.3) registers, with its names, types and parents, for a
 * cluster with access entries and without the default node group.
 * @throws Refusal for options that the stand-in does not cover.
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
  const clusterGroupId = clusterGroup === undefined ? pick(args["clusterSecurityGroup"], "id") : idOf(clusterGroup);
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
  return { urn, outputs: { ...outputs(args, parts), ...kubeconfig } };
}

function refuseUncovered(args: PropertyMap): void {
  const asked = NOT_STOOD_IN.find((option) => (unwrap(args[option]) ?? null) !== null);
  if (asked !== undefined) {
    throw new Refusal(`the stand-in for eks.Cluster does not cover ${asked}`);
  }
  if (!flag(args["skipDefaultNodeGroup"], false)) {
    throw new Refusal(
      "the stand-in for eks.Cluster makes no default node group: set skipDefaultNodeGroup and add a ManagedNodeGroup",
    );
  }
  if (!supportsAccessEntries(args)) {
    throw new Refusal("the stand-in for eks.Cluster covers the authentication modes API and API_AND_CONFIG_MAP");
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

function clusterSubnets(args: PropertyMap): PropertyValue {
  const lists = [args["publicSubnetIds"], args["privateSubnetIds"]];
  return (
    args["subnetIds"] ??
    whenKnown(lists, (...known) => known.flatMap((list) => (Array.isArray(list) ? (list as PropertyValue[]) : [])))
  );
}

function defined(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => (value ?? null) !== null));
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

const issuerOf = (cluster: Member): PropertyValue | undefined =>
  pick(outputOf(cluster, "identities"), 0, "oidcs", 0, "issuer");

interface Parts {
  readonly cluster: Member;
  readonly clusterGroup: Member | undefined;
  readonly clusterGroupId: PropertyValue | undefined;
  readonly clusterRole: ServiceRole | undefined;
  readonly instanceRole: ServiceRole | undefined;
  readonly security: NodeGroupSecurity | undefined;
  readonly provider: Member;
  readonly oidc: Member | undefined;
}

function outputs(args: PropertyMap, parts: Parts): PropertyMap {
  const { cluster, clusterGroup, clusterGroupId, security, oidc } = parts;
  const issuer = issuerOf(cluster);
  const ownGroup = dependingOn(cluster.urn, pick(outputOf(cluster, "vpcConfig"), "clusterSecurityGroupId"));
  return {
    core: core(args, parts),
    eksCluster: referenceTo(cluster),
    clusterSecurityGroup: clusterGroup === undefined ? args["clusterSecurityGroup"] : referenceTo(clusterGroup),
    clusterSecurityGroupId: clusterGroupId ?? ownGroup,
    nodeSecurityGroup: security === undefined ? undefined : referenceTo(security.nodes),
    nodeSecurityGroupId: security === undefined ? ownGroup : idOf(security.nodes),
    eksClusterIngressRule: security === undefined ? undefined : referenceTo(security.clusterIngress),
    clusterIngressRuleId: security === undefined ? "" : outputOf(security.clusterIngress, "securityGroupRuleId"),
    instanceRoles: instanceRoles(args, parts),
    oidcProviderArn: oidc === undefined ? "" : outputOf(oidc, "arn"),
    oidcProviderUrl: dependingOn(cluster.urn, issuer),
    oidcIssuer: dependingOn(
      cluster.urn,
      whenKnown([issuer], (url) => (text(url) ?? "").replace("https://", "")),
    ),
    defaultNodeGroupAsgName: "",
    fargateProfileId: "",
    fargateProfileStatus: "",
    autoModeNodeRoleName: "",
  };
}

function instanceRoles(args: PropertyMap, { instanceRole }: Parts): PropertyValue {
  const given = args["instanceRole"];
  if (instanceRole !== undefined) {
    return [referenceTo(instanceRole.role)];
  }
  return args["instanceRoles"] ?? (given === undefined ? [] : [given]);
}

function core(args: PropertyMap, parts: Parts): PropertyValue {
  const { cluster, clusterGroup, clusterRole, provider, oidc } = parts;
  return defined({
    vpcId: args["vpcId"] ?? UNKNOWN,
    subnetIds: clusterSubnets(args),
    publicSubnetIds: args["publicSubnetIds"],
    privateSubnetIds: args["privateSubnetIds"],
    clusterSecurityGroup: clusterGroup === undefined ? args["clusterSecurityGroup"] : referenceTo(clusterGroup),
    cluster: referenceTo(cluster),
    endpoint: outputOf(cluster, "endpoint"),
    nodeGroupOptions: map(args["nodeGroupOptions"]),
    provider: referenceTo(provider),
    instanceRoles: instanceRoles(args, parts),
    tags: args["tags"],
    nodeSecurityGroupTags: args["nodeSecurityGroupTags"],
    storageClasses: {},
    oidcProvider: oidc === undefined ? undefined : referenceTo(oidc),
    clusterIamRole: clusterRole === undefined ? args["serviceRole"] : referenceTo(clusterRole.role),
  });
}
