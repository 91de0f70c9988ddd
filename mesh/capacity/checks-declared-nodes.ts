import type { Problem } from "../stack/errors.ts";
import type { KubeconfigPlatform } from "../aws/schema/platform.ts";
import { fitsAlone, largestUnplaced } from "./fits.ts";
import { neededNodes } from "./needed.ts";
import { describeResources, notEnoughRoom } from "./report.ts";
import type { PodSet } from "../kubernetes/pod-requests.ts";
import { declaredSupply } from "./supply.ts";
import { mendHint } from "./checks-terms.ts";

/** The nodes of an existing cluster, as the stack declares them. */
export function checkDeclaredNodes(
  sets: readonly PodSet[],
  platform: KubeconfigPlatform,
  daemons: readonly PodSet[],
): Problem[] {
  const supply = declaredSupply(platform, daemons);
  const unplaced = largestUnplaced(sets, supply);
  if (unplaced === undefined) {
    return [];
  }
  if (!fitsAlone(unplaced.request, supply.allocatable)) {
    return [
      {
        path: "platform.nodes",
        message: `expected nodes with capacity for one pod of ${unplaced.name} (${describeResources(unplaced.request)}); got nodes with ${describeResources(supply.allocatable)}`,
        remediation: "use larger nodes, or lower what the pods request",
      },
    ];
  }
  const count = neededNodes(sets, platform, daemons);
  return [
    {
      path: "platform.nodes.count",
      message: notEnoughRoom(sets, supply, unplaced, { what: `${supply.count} nodes`, zones: platform.nodes.zones }),
      remediation: mendHint(count === undefined ? [] : [`count: ${count}`]),
    },
  ];
}
