import type { Problem } from "../stack/errors.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import { fitsAlone, largestUnplaced } from "./fits.ts";
import { neededNodesOfPool, neededTypes } from "./needed.ts";
import { describeResources, notEnoughRoom } from "./report.ts";
import { poolAllocatable, poolSupply } from "./supply.ts";
import { describeNodes, mendHint, type Pods } from "./checks-terms.ts";

/** A pool of nodes that are always there. */
export function checkPool(path: string, pool: NodePoolConfig, { sets, daemons }: Pods, zones: number): Problem[] {
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
        message: `expected an instance type with capacity for one pod of ${tooSmall.set.name} (${describeResources(tooSmall.set.request)}); got "${pool.instanceTypes[tooSmall.index] ?? ""}", whose nodes have ${describeResources(tooSmall.allocatable)} for pods`,
        remediation: mendHint(otherTypes),
      },
    ];
  }
  const nodes = neededNodesOfPool(sets, pool, zones, daemons);
  const moreNodes = nodes === undefined ? [] : [nodes > pool.max ? `desired and max: ${nodes}` : `desired: ${nodes}`];
  return [
    {
      path: `${path}.desired`,
      message: notEnoughRoom(sets, supply, unplaced, { what: describeNodes(supply.count, pool), zones }),
      remediation: mendHint([...moreNodes, ...otherTypes]),
    },
  ];
}

/** The first pod and instance type that do not go together at all. */
function tooSmallFor({ sets, daemons }: Pods, instanceTypes: readonly string[]) {
  for (const [index, type] of instanceTypes.entries()) {
    const allocatable = poolAllocatable([type], daemons);
    const set = allocatable === undefined ? undefined : sets.find(({ request }) => !fitsAlone(request, allocatable));
    if (allocatable !== undefined && set !== undefined) {
      return { index, allocatable, set };
    }
  }
  return undefined;
}
