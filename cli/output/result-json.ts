import type { OperationResult } from "../../sandbox/driver/index.ts";

/** The JSON of `up`, `preview` and `destroy`. */
export interface ResultJson {
  readonly command: string;
  readonly stack: string;
  readonly changes: OperationResult["counts"];
  readonly changed: readonly { readonly urn: string; readonly op: string; readonly paths: readonly string[] }[];
  /** Names of the charts that are represented and not run. */
  readonly represented: readonly string[];
  readonly durationMs: number;
}

/** Builds that JSON. */
export function resultJson(command: string, stack: string, result: OperationResult, durationMs: number): ResultJson {
  return {
    command,
    stack,
    changes: result.counts,
    changed: result.changed.map(({ urn, op, properties }) => ({ urn, op, paths: properties.map(({ path }) => path) })),
    represented: [...new Set(result.represented.map(({ chart }) => chart))].sort(),
    durationMs: Math.round(durationMs),
  };
}
