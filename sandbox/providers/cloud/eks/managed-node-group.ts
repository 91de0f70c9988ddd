import {
  type ComponentRequest,
  type ComponentResult,
  type PropertyMap,
  type PropertyValue,
  OutputValue,
  Refusal,
  ResourceReference,
  UNKNOWN,
  unwrap,
} from "../../protocol/index.ts";
import type { ChildVersions } from "./cluster.ts";
import { Family, referenceTo } from "./family.ts";
import { flag, map } from "./values.ts";

/** Options that need a launch template of their own, which the fake does not make. */
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
  versions: ChildVersions,
): Promise<ComponentResult> {
  const { name, inputs: args } = request;
  const uncovered = LAUNCH_TEMPLATE_OPTIONS.find((option) => (unwrap(args[option]) ?? null) !== null);
  if (uncovered !== undefined) {
    throw new Refusal(`the fake of eks.ManagedNodeGroup does not cover ${uncovered}`);
  }
  const urn = await request.registerComponent();
  const family = new Family(request, urn, { ...versions });
  const given = await resolved(request, args["cluster"]);
  const core = map(given["core"] ?? given);
  const clusterUrn = referenced(core["cluster"]);
  const cluster = await resolved(request, core["cluster"]);
  const own = Object.fromEntries(Object.entries(args).filter(([key]) => !OWN_OPTIONS.has(key)));
  const scaling = map(args["scalingConfig"]);
  const nodeGroup = await family.add(
    "aws:eks/nodeGroup:NodeGroup",
    name,
    {
      ...own,
      version:
        args["version"] ??
        (args["launchTemplate"] === undefined ? propertyOf(cluster, clusterUrn, "version") : undefined),
      clusterName: args["clusterName"] ?? propertyOf(cluster, clusterUrn, "name"),
      nodeRoleArn:
        args["nodeRoleArn"] ??
        propertyOf(await resolved(request, args["nodeRole"]), referenced(args["nodeRole"]), "arn"),
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

/** What a resource or a reference to one says: references are followed through the engine, as every SDK does. */
async function resolved(request: ComponentRequest, value: PropertyValue | undefined): Promise<PropertyMap> {
  const inner = unwrap(value);
  return inner instanceof ResourceReference ? request.lookUp(inner.urn) : map(inner);
}

const referenced = (value: PropertyValue | undefined): string | undefined => {
  const inner = unwrap(value);
  return inner instanceof ResourceReference ? inner.urn : undefined;
};

/** A property that is missing from a resource in a preview is not known yet. */
function propertyOf(resource: PropertyMap, urn: string | undefined, key: string): PropertyValue {
  const value = resource[key] ?? UNKNOWN;
  return urn === undefined ? value : new OutputValue(value, false, [urn]);
}
