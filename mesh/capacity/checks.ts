import { nodeDaemons } from "./cluster-pods.ts";
import { podDemand } from "./demand.ts";
import { nodePools, POOL_KEYS } from "../stack/node-pools.ts";
import { checkDeclaredNodes } from "./checks-declared-nodes.ts";
import { checkTypes } from "./checks-instance-types.ts";
import { checkKarpenterPool } from "./checks-karpenter.ts";
import { checkPool } from "./checks-pool.ts";
import type { Check } from "../stack/check.ts";

/** The pods at the top of their autoscalers have a node each while a zone is lost. */
export const checkCapacity: Check = (stack) => {
  const { platform } = stack.config;
  const demand = podDemand(stack);
  const daemons = nodeDaemons(stack);
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
