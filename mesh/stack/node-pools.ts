import type { StackConfig } from "./config.ts";
import { POOLS, type NodePoolConfig, type PoolName } from "../aws/schema/node-pool.ts";

/** Label of every node, and key of the taint: which pool the node belongs to. */
export const POOL_LABEL = "ecommerce-mesh.dev/pool";

/** Key of a stack's configuration that describes a pool. */
export const POOL_KEYS = { system: "systemPool", workload: "workloadPool" } as const satisfies Record<PoolName, string>;

/** A taint as EKS writes it in a node group. */
type PoolTaint = Readonly<{ key: string; value: string; effect: "NO_SCHEDULE" }>;

/** A toleration of a pod, for one taint exactly. */
type PoolToleration = Readonly<{ key: string; operator: "Equal"; value: string; effect: "NoSchedule" }>;

/** Where a pod may run: fields of a pod's specification. */
export type PoolPlacement = Readonly<{ nodeSelector: Record<string, string>; tolerations: PoolToleration[] }>;

/** Labels of a pool's nodes. */
export function poolLabels(pool: PoolName): Record<string, string> {
  return { [POOL_LABEL]: pool };
}

/** Taints of a pool's nodes: the system pool takes only pods that tolerate it, or the application could starve istiod. */
export function poolTaints(pool: PoolName): PoolTaint[] {
  return pool === "system" ? [{ key: POOL_LABEL, value: pool, effect: "NO_SCHEDULE" }] : [];
}

/** Tolerations that a pod needs to run on a pool's nodes. */
export function poolTolerations(pool: PoolName): PoolToleration[] {
  return poolTaints(pool).map(({ key, value }) => ({ key, operator: "Equal", value, effect: "NoSchedule" }));
}

/** Node selector and tolerations that tie a pod to a pool. */
export function poolPlacement(pool: PoolName): PoolPlacement {
  return { nodeSelector: poolLabels(pool), tolerations: poolTolerations(pool) };
}

/** Placement of istiod, gateways and addons. Undefined where the program makes no pools: on a cluster that exists. */
export function systemPlacement(config: StackConfig): PoolPlacement | undefined {
  return config.platform.kind === "eks" ? poolPlacement("system") : undefined;
}

/** Node selector of the application's pods. Undefined on a cluster that exists. */
export function workloadPlacement(config: StackConfig): Pick<PoolPlacement, "nodeSelector"> | undefined {
  return config.platform.kind === "eks" ? { nodeSelector: poolLabels("workload") } : undefined;
}

/** The pools of a stack with their configuration, in the order in which they are made. */
export function nodePools(config: StackConfig): { readonly name: PoolName; readonly pool: NodePoolConfig }[] {
  return POOLS.map((name) => ({ name, pool: config.cluster[POOL_KEYS[name]] }));
}
