import { nearest } from "../../config/nearest.ts";
import type { Problem } from "../../config/errors.ts";
import type { KarpenterConfig } from "../../config/schema/karpenter.ts";
import type { NodePoolConfig } from "../../config/schema/node-pool.ts";
import type { KubeconfigPlatform } from "../../config/schema/platform.ts";
import { nodeDaemons } from "../capacity/cluster-pods.ts";
import { podDemand } from "../capacity/demand.ts";
import { largestUnplaced, fitsAlone } from "../capacity/fits.ts";
import { neededLimits, neededNodes, neededNodesOfPool, neededTypes } from "../capacity/mend.ts";
import { describeRoom, notEnoughRoom } from "../capacity/report.ts";
import type { PodSet } from "../capacity/requests.ts";
import { declaredSupply, karpenterSupplies, poolRoom, poolSupply } from "../capacity/supply.ts";
import { familiesOf, INSTANCE_TYPES } from "../instance-types.ts";
import { nodePools, POOL_KEYS } from "../node-pools.ts";
import type { Check } from "./index.ts";

/** The pods at the top of their autoscalers have a node each while a zone is lost. */
export const checkCapacity: Check = (stack) => {
  const { platform } = stack.config;
  const demand = podDemand(stack);
  const daemons = nodeDaemons(stack.config);
  if (platform.kind === "kubeconfig") {
    return checkDeclaredNodes([...demand.system, ...demand.workload], platform, daemons);
  }
  return nodePools(stack.config).flatMap(({ name, pool }) => {
    const path = `cluster.${POOL_KEYS[name]}`;
    const wrongTypes = checkTypes(path, pool);
    if (wrongTypes.length > 0) {
      return wrongTypes;
    }
    const zones = platform.zones.length;
    const pods = { sets: demand[name], daemons };
    const { karpenter } = stack.config.cluster;
    return name === "workload" && karpenter.enabled
      ? checkKarpenterPool(pool, karpenter, pods, zones)
      : checkPool(path, pool, pods, zones);
  });
};

/** Instance types whose size is known, all of one architecture: a pool has one machine image. */
function checkTypes(path: string, { instanceTypes }: NodePoolConfig): Problem[] {
  const unknown = instanceTypes.flatMap((type, index) => {
    if (INSTANCE_TYPES[type] !== undefined) {
      return [];
    }
    return [
      {
        path: `${path}.instanceTypes[${index}]`,
        message: `expected an instance type whose size is known; got "${type}"`,
        hint: knownTypes(type),
      },
    ];
  });
  const architectures = instanceTypes.map((type) => INSTANCE_TYPES[type]?.architecture);
  const other = architectures.findIndex((architecture) => architecture !== architectures[0]);
  if (unknown.length > 0 || other < 0) {
    return unknown;
  }
  return [
    {
      path: `${path}.instanceTypes[${other}]`,
      message: `expected instance types of one architecture; got ${instanceTypes[0] ?? ""} (${architectures[0] ?? ""}) and ${instanceTypes[other] ?? ""} (${architectures[other] ?? ""})`,
      hint: "all nodes of a pool start from one machine image",
    },
  ];
}

/** The family's sizes where the family is known, or else the families. */
function knownTypes(wrong: string): string {
  const family = wrong.split(".")[0] ?? "";
  const types = Object.keys(INSTANCE_TYPES).filter((name) => name.startsWith(`${family}.`));
  const match = nearest(wrong, types);
  if (types.length === 0) {
    return `known families, from large to 4xlarge: ${familiesOf()}`;
  }
  return match === undefined ? `known are ${types.join(", ")}` : `did you mean ${match}?`;
}

/** Pods that need a node, and pods that every node runs. */
interface Pods {
  readonly sets: readonly PodSet[];
  readonly daemons: readonly PodSet[];
}

function checkPool(path: string, pool: NodePoolConfig, { sets, daemons }: Pods, zones: number): Problem[] {
  const supply = poolSupply(pool, zones, daemons);
  const unplaced = supply === undefined ? undefined : largestUnplaced(sets, supply);
  if (supply === undefined || unplaced === undefined) {
    return [];
  }
  const types = neededTypes(sets, pool, zones, daemons);
  const otherTypes = types === undefined ? [] : [`instanceTypes: [${types.join(", ")}]`];
  const tooSmall = tooSmallFor({ sets, daemons }, pool.instanceTypes);
  if (tooSmall !== undefined) {
    return [
      {
        path: `${path}.instanceTypes[${tooSmall.index}]`,
        message: `expected an instance type with room for one pod of ${tooSmall.set.name} (${describeRoom(tooSmall.set.request)}); got "${pool.instanceTypes[tooSmall.index] ?? ""}", whose nodes have ${describeRoom(tooSmall.room)} for pods`,
        hint: mendHint(otherTypes),
      },
    ];
  }
  const nodes = neededNodesOfPool(sets, pool, zones, daemons);
  const moreNodes = nodes === undefined ? [] : [nodes > pool.max ? `desired and max: ${nodes}` : `desired: ${nodes}`];
  return [
    {
      path: `${path}.desired`,
      message: notEnoughRoom(sets, supply, unplaced, { what: describeNodes(supply.count, pool), zones }),
      hint: mendHint([...moreNodes, ...otherTypes]),
    },
  ];
}

/** Pool and Karpenter together, whichever type Karpenter takes: the cheapest one at that hour is not for us to say. */
function checkKarpenterPool(
  pool: NodePoolConfig,
  karpenter: KarpenterConfig,
  { sets, daemons }: Pods,
  zones: number,
): Problem[] {
  const managed = poolSupply(pool, zones, daemons);
  if (managed === undefined || largestUnplaced(sets, managed) === undefined) {
    return [];
  }
  // For a pod that is too large for a type, Karpenter takes another one.
  const supplies = karpenterSupplies(karpenter, zones, daemons).filter(({ room }) =>
    sets.every(({ request }) => fitsAlone(request, room)),
  );
  const [first] = supplies;
  if (first === undefined) {
    const largest = sets.toSorted((one, other) => other.request.milliCpu - one.request.milliCpu)[0];
    return [
      {
        path: "cluster.karpenter.vcpus",
        message: `expected an instance type with room for every pod, also one of ${largest?.name ?? ""}; got none`,
        hint: "raise vcpus.max, or take more of instanceCategories",
      },
    ];
  }
  const short = supplies
    .map((supply) => ({ supply, unplaced: largestUnplaced(sets, [managed, supply]) }))
    .find(({ unplaced }) => unplaced !== undefined);
  if (short?.unplaced === undefined) {
    return [];
  }
  const { supply, unplaced } = short;
  const what = `${describeNodes(managed.count, pool)} and, within the limits of Karpenter, ${supply.count} of ${supply.type}`;
  const limits = neededLimits(sets, managed, karpenter, zones, daemons);
  return [
    {
      path: "cluster.karpenter.limits",
      message: notEnoughRoom(sets, [managed, supply], unplaced, { what, zones }),
      hint: mendHint(limits === undefined ? [] : [`cpu: ${limits.cpu} and memoryGiB: ${limits.memoryGiB}`]),
    },
  ];
}

function describeNodes(count: number, { instanceTypes }: NodePoolConfig): string {
  return `${count} nodes of ${instanceTypes.join(", ")}`;
}

/** The first pod and instance type that do not go together at all. */
function tooSmallFor({ sets, daemons }: Pods, instanceTypes: readonly string[]) {
  for (const [index, type] of instanceTypes.entries()) {
    const room = poolRoom([type], daemons);
    const set = room === undefined ? undefined : sets.find(({ request }) => !fitsAlone(request, room));
    if (room !== undefined && set !== undefined) {
      return { index, room, set };
    }
  }
  return undefined;
}

function checkDeclaredNodes(
  sets: readonly PodSet[],
  platform: KubeconfigPlatform,
  daemons: readonly PodSet[],
): Problem[] {
  const supply = declaredSupply(platform, daemons);
  const unplaced = largestUnplaced(sets, supply);
  if (unplaced === undefined) {
    return [];
  }
  if (!fitsAlone(unplaced.request, supply.room)) {
    return [
      {
        path: "platform.nodes",
        message: `expected nodes with room for one pod of ${unplaced.name} (${describeRoom(unplaced.request)}); got nodes with ${describeRoom(supply.room)}`,
        hint: "use larger nodes, or lower what the pods request",
      },
    ];
  }
  const count = neededNodes(sets, platform, daemons);
  return [
    {
      path: "platform.nodes.count",
      message: notEnoughRoom(sets, supply, unplaced, { what: `${supply.count} nodes`, zones: platform.nodes.zones }),
      hint: mendHint(count === undefined ? [] : [`count: ${count}`]),
    },
  ];
}

function mendHint(settings: readonly string[]): string {
  return settings.length === 0
    ? "lower the maxima of the autoscalers, or what the pods request"
    : `${settings.join(" or ")} would do, and so may lower maxima of the autoscalers`;
}
