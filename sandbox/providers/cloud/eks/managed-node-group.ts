import {
  type ComponentRequest,
  type ComponentResult,
  containsUnknowns,
  type PropertyMap,
  type PropertyValue,
  Refusal,
  ResourceReference,
  unwrap,
} from "../../protocol/index.ts";
import type { CloudStore } from "../store.ts";
import type { ChildVersions } from "./cluster.ts";
import { Family, referenceTo } from "./family.ts";
import { flag, map, pick, text } from "./values.ts";

/** Options that need a launch template of their own, which the stand-in does not make. */
const LAUNCH_TEMPLATE_OPTIONS = [
  "amiId",
  "bootstrapExtraArgs",
  "bottlerocketSettings",
  "enableEfaSupport",
  "enableIMDSv2",
  "kubeletExtraArgs",
  "nodeadmExtraOptions",
  "userData",
];

/** Options of the component that are not inputs of the node group itself. */
const OWN_OPTIONS: ReadonlySet<string> = new Set([
  "cluster",
  "gpu",
  "ignoreScalingChanges",
  "nodeRole",
  "nodeRoleArn",
  "operatingSystem",
  "placementGroupAvailabilityZone",
]);

/**
 * `eks:index:ManagedNodeGroup`: the node group as the published component (4.3) registers it.
 * @throws Refusal for options that need a launch template.
 */
export async function constructManagedNodeGroup(
  request: ComponentRequest,
  store: CloudStore,
  versions: ChildVersions,
): Promise<ComponentResult> {
  const { name, inputs: args } = request;
  const uncovered = LAUNCH_TEMPLATE_OPTIONS.find((option) => (unwrap(args[option]) ?? null) !== null);
  if (uncovered !== undefined) {
    throw new Refusal(`the stand-in for eks.ManagedNodeGroup does not cover ${uncovered}`);
  }
  const urn = await request.registerComponent();
  const family = new Family(request, urn, { ...versions });
  const core = map(pick(args["cluster"], "core") ?? args["cluster"]);
  const cluster = clusterOf(core["cluster"], store);
  const own = Object.fromEntries(Object.entries(args).filter(([key]) => !OWN_OPTIONS.has(key)));
  const scaling = map(args["scalingConfig"]);
  const nodeGroup = await family.add(
    "aws:eks/nodeGroup:NodeGroup",
    name,
    {
      ...own,
      version: args["version"] ?? (args["launchTemplate"] === undefined ? cluster["version"] : undefined),
      clusterName: args["clusterName"] ?? cluster["name"],
      nodeRoleArn: args["nodeRoleArn"] ?? pick(args["nodeRole"], "arn"),
      scalingConfig: {
        desiredSize: scaling["desiredSize"] ?? 2,
        minSize: scaling["minSize"] ?? 1,
        maxSize: scaling["maxSize"] ?? 2,
      },
      subnetIds: args["subnetIds"] ?? core["subnetIds"] ?? core["privateSubnetIds"] ?? core["publicSubnetIds"] ?? [],
    },
    { ignoreChanges: flag(args["ignoreScalingChanges"], false) ? ["scalingConfig.desiredSize"] : [] },
  );
  return { urn, outputs: { nodeGroup: referenceTo(nodeGroup), placementGroupName: "" } };
}

/** The cluster arrives as a reference: its name is its id, the rest is in the store. */
function clusterOf(reference: PropertyValue | undefined, store: CloudStore): PropertyMap {
  const cluster = unwrap(reference);
  if (!(cluster instanceof ResourceReference) || containsUnknowns(cluster.id)) {
    return {};
  }
  const name = text(cluster.id);
  const object = name === undefined ? undefined : store.get("aws:eks/cluster:Cluster", name);
  return object === undefined ? {} : { name, version: object.outputs["version"] };
}
