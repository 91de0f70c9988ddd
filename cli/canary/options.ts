import type { CommonOptions } from "../support/environment.ts";

/** Options of `mesh canary`. */
export type CanaryOptions = CommonOptions & {
  readonly stack: string;
  readonly yes?: boolean;
  readonly analyse?: boolean;
  readonly all?: boolean;
  readonly prometheus?: string;
  readonly apply?: string;
};
