/** Parts of the platform that cost money. */
export const COST_COMPONENTS = [
  "control plane",
  "nodes",
  "network",
  "load balancer",
  "observability",
  "logs",
  "encryption",
] as const;

/** Something that AWS bills. */
export interface CostItem {
  readonly component: (typeof COST_COMPONENTS)[number];
  /** What it is: the same text in every stack, so that stacks can be compared. */
  readonly item: string;
  /** How much of it, e.g. `3 x m6i.xlarge`. */
  readonly quantity: string;
  /** USD a month, not rounded. */
  readonly exact: number;
}
