import { type PropertyMap, type PropertyValue, UNKNOWN } from "../../protocol/index.ts";
import { addonVersions } from "../aws/eks-versions.ts";
import { addonConfiguration, cniConfiguration } from "./cni.ts";
import { type Family, type Member, outputOf } from "./family.ts";
import { dependingOn, flag, map, text } from "./values.ts";

const ADDON = "aws:eks/addon:Addon";

/** The kube-proxy add-on, unless it was switched off. */
export async function addKubeProxy(family: Family, name: string, args: PropertyMap, cluster: Member): Promise<void> {
  const options = map(args["kubeProxyAddonOptions"]);
  if (flag(options["enabled"], true)) {
    await family.add(ADDON, `${name}-kube-proxy`, addonInputs("kube-proxy", args, cluster, options));
  }
}

/** The CoreDNS add-on: by default only together with the default node group, which the fake does not make. */
export async function addCoreDns(family: Family, name: string, args: PropertyMap, cluster: Member): Promise<void> {
  const options = map(args["corednsAddonOptions"]);
  if (flag(options["enabled"], false) || options["configurationValues"] !== undefined) {
    await family.add(ADDON, `${name}-coredns`, addonInputs("coredns", args, cluster, options));
  }
}

/** The VPC CNI add-on below its own component, unless the cluster keeps AWS's unmanaged one. */
export async function addCni(
  family: Family,
  name: string,
  args: PropertyMap,
  cluster: Member,
  dependsOn: readonly string[],
): Promise<void> {
  if (flag(args["useDefaultVpcCni"], false)) {
    return;
  }
  const options = map(args["vpcCniOptions"]);
  const component = await family.add("eks:index:VpcCniAddon", `${name}-vpc-cni`, {}, { custom: false, dependsOn });
  await family.below(component.urn).add(
    ADDON,
    `${name}-vpc-cni`,
    {
      ...addonInputs("vpc-cni", args, cluster, options),
      addonVersion: options["addonVersion"] ?? newestVersion("vpc-cni", cluster),
      configurationValues: cniConfiguration(options),
      serviceAccountRoleArn: options["serviceAccountRoleArn"],
    },
    { dependsOn },
  );
}

function addonInputs(addonName: string, args: PropertyMap, cluster: Member, options: PropertyMap): PropertyMap {
  return {
    clusterName: outputOf(cluster, "name"),
    addonName,
    preserve: true,
    tags: args["tags"],
    resolveConflictsOnCreate: options["resolveConflictsOnCreate"] ?? "OVERWRITE",
    resolveConflictsOnUpdate: options["resolveConflictsOnUpdate"] ?? "OVERWRITE",
    addonVersion: options["version"] ?? newestVersion(addonName, cluster),
    configurationValues: addonConfiguration(options["configurationValues"]),
  };
}

/** What getAddonVersion with mostRecent answers for the cluster's version. */
function newestVersion(addonName: string, cluster: Member): PropertyValue {
  const version = text(outputOf(cluster, "version"));
  return dependingOn(cluster.urn, version === undefined ? UNKNOWN : (addonVersions(addonName, version)?.[0] ?? null));
}
