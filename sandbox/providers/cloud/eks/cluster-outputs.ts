import { type PropertyMap, type PropertyValue, UNKNOWN } from "../../protocol/index.ts";
import { idOf, type Member, outputOf, referenceTo } from "./family.ts";
import type { NodeGroupSecurity } from "./security-groups.ts";
import type { ServiceRole } from "./service-role.ts";
import { dependingOn, map, pick, text, whenKnown } from "./values.ts";

/** What the component registered, as far as its outputs tell of it. */
export interface Parts {
  readonly cluster: Member;
  readonly clusterGroup: Member | undefined;
  readonly clusterGroupId: PropertyValue | undefined;
  readonly clusterRole: ServiceRole | undefined;
  readonly instanceRole: ServiceRole | undefined;
  readonly security: NodeGroupSecurity | undefined;
  readonly provider: Member;
  readonly oidc: Member | undefined;
}

/** The outputs of the published component, but the kubeconfig. */
export function clusterOutputs(args: PropertyMap, parts: Parts): PropertyMap {
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

/** The cluster's OIDC issuer. */
export const issuerOf = (cluster: Member): PropertyValue | undefined =>
  pick(outputOf(cluster, "identities"), 0, "oidcs", 0, "issuer");

/** The subnets of the control plane, however the program names them. */
export function clusterSubnets(args: PropertyMap): PropertyValue {
  const lists = [args["publicSubnetIds"], args["privateSubnetIds"]];
  return (
    args["subnetIds"] ??
    whenKnown(lists, (...known) => known.flatMap((list) => (Array.isArray(list) ? (list as PropertyValue[]) : [])))
  );
}

/** The map without absent values. */
export function defined(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => (value ?? null) !== null));
}
