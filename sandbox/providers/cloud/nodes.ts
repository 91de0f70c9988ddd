import { allocatableOf, type NodeResources } from "../../../mesh/aws/allocatable.ts";
import { INSTANCE_TYPES } from "../../../mesh/aws/instance-types.ts";
import type { NodeSpec } from "../../contracts.ts";
import { Refusal } from "../protocol/index.ts";
import { digest } from "./ids.ts";
import { numberOf, recordOf, recordsOf, textOf, textsOf } from "./properties.ts";
import type { CloudStore } from "./store.ts";
import type { Properties } from "./types.ts";

/** Taint effects: EKS writes them its own way. */
const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** Instance type that EKS takes when a node group names none. */
const DEFAULT_INSTANCE_TYPE = "t3.medium";

/**
 * The nodes of a node group at its desired size, spread evenly over the zones of its subnets as an Auto Scaling group does.
 * With several instance types all nodes are of the first, which on-demand groups prefer.
 * @throws Refusal when the instance type is not in the product's table.
 */
export function nodesOfNodeGroup(inputs: Properties, store: CloudStore): readonly NodeSpec[] {
  const instanceType = textsOf(inputs["instanceTypes"])[0] ?? DEFAULT_INSTANCE_TYPE;
  const zones = zonesOf(textsOf(inputs["subnetIds"]), store);
  const prefixDelegation = usesPrefixDelegation(store, textOf(inputs["clusterName"]));
  const resources = allocatableOf(instanceType, { prefixDelegation });
  if (resources === undefined) {
    const known = Object.keys(INSTANCE_TYPES).join(", ");
    throw new Refusal(`the sandbox does not know the size of instance type ${instanceType}; it knows ${known}`);
  }
  const desired = numberOf(recordOf(inputs["scalingConfig"])["desiredSize"], 0);
  const taints = recordsOf(inputs["taints"]).map(taint);
  return Array.from({ length: desired }, (_, index) => {
    const zone = zones[index % zones.length] ?? "";
    const name = nodeName(inputs, zone, index);
    return {
      name,
      labels: labelsOf(inputs, instanceType, zone, name),
      taints,
      allocatable: quantities(resources.allocatable),
      capacity: quantities(resources.capacity),
    };
  });
}

/** Real nodes are named after their private address; these tell group, zone and number, and stay the same when resized. */
function nodeName(inputs: Properties, zone: string, index: number): string {
  const group = textOf(inputs["nodeGroupName"])
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-");
  const unique = digest(5, textOf(inputs["clusterName"]), textOf(inputs["nodeGroupName"]), String(index));
  return `ip-${group}-${zone}-${index}-${unique}`.slice(0, 63).replace(/-+$/, "");
}

function labelsOf(inputs: Properties, instanceType: string, zone: string, name: string): Record<string, string> {
  const group = textOf(inputs["nodeGroupName"]);
  const own = Object.entries(recordOf(inputs["labels"])).map(([key, value]) => [key, textOf(value)]);
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    "eks.amazonaws.com/capacityType": textOf(inputs["capacityType"]) || "ON_DEMAND",
    "eks.amazonaws.com/nodegroup": group,
    "kubernetes.io/arch": INSTANCE_TYPES[instanceType]?.architecture ?? "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": instanceType,
    "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
    "topology.kubernetes.io/zone": zone,
  };
}

function zonesOf(subnetIds: readonly string[], store: CloudStore): readonly string[] {
  const zones = subnetIds.map((id) => textOf(store.get("aws:ec2/subnet:Subnet", id)?.inputs["availabilityZone"]));
  return [...new Set(zones)].filter((zone) => zone !== "").toSorted();
}

/** The CNI add-on of the cluster says whether nodes get prefixes. */
function usesPrefixDelegation(store: CloudStore, clusterName: string): boolean {
  const addon = store.get("aws:eks/addon:Addon", `${clusterName}:vpc-cni`);
  const values = textOf(addon?.inputs["configurationValues"]);
  return /"ENABLE_PREFIX_DELEGATION"\s*:\s*"true"/.test(values);
}

function taint(from: Properties): NodeSpec["taints"][number] {
  const value = textOf(from["value"]);
  const effect = textOf(from["effect"]);
  return {
    key: textOf(from["key"]),
    ...(value === "" ? {} : { value }),
    effect: EFFECTS[effect] ?? effect,
  };
}

function quantities({ milliCpu, memoryMiB, pods }: NodeResources): NodeSpec["allocatable"] {
  return { cpu: `${milliCpu}m`, memory: `${memoryMiB}Mi`, pods: String(pods) };
}
