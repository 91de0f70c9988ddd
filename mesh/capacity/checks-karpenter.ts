import type { Problem } from "../stack/errors.ts";
import type { KarpenterConfig } from "../aws/schema/karpenter.ts";
import type { NodePoolConfig } from "../aws/schema/node-pool.ts";
import { fitsAlone, largestUnplaced } from "./fits.ts";
import { neededLimits } from "./needed.ts";
import { notEnoughRoom } from "./report.ts";
import { karpenterSupplies, poolSupply } from "./supply.ts";
import { describeNodes, mendHint, type Pods } from "./checks-terms.ts";

/** Pool and Karpenter together, whichever type Karpenter takes: the cheapest one at that hour is not for us to say. */
export function checkKarpenterPool(
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
  const supplies = karpenterSupplies(karpenter, zones, daemons).filter(({ allocatable }) =>
    sets.every(({ request }) => fitsAlone(request, allocatable)),
  );
  const [first] = supplies;
  if (first === undefined) {
    const largest = sets.toSorted((one, other) => other.request.milliCpu - one.request.milliCpu)[0];
    return [
      {
        path: "cluster.karpenter.vcpus",
        message: `expected an instance type with capacity for every pod, also one of ${largest?.name ?? ""}; got none`,
        remediation: "raise vcpus.max, or take more of instanceCategories",
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
      remediation: mendHint(limits === undefined ? [] : [`cpu: ${limits.cpu} and memoryGiB: ${limits.memoryGiB}`]),
    },
  ];
}
