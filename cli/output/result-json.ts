import type { OperationResult } from "../../sandbox/driver/commands/index.ts";

/** The JSON of `up`, `preview` and `destroy`. */
export interface ResultJson {
  readonly command: string;
  readonly stack: string;
  readonly changes: OperationResult["counts"];
  readonly changed: readonly { readonly urn: string; readonly op: string; readonly paths: readonly string[] }[];
  /** Names of the charts whose releases are placeholders. */
  readonly represented: readonly string[];
  /** Names of Istio's own charts that were made from its sources, because their repository does not answer. */
  readonly substituted: readonly string[];
  readonly durationMs: number;
}

/** Builds that JSON. */
export function resultJson(command: string, stack: string, result: OperationResult, durationMs: number): ResultJson {
  return {
    command,
    stack,
    changes: result.counts,
    changed: result.changed.map(({ urn, op, properties }) => ({ urn, op, paths: properties.map(({ path }) => path) })),
    represented: chartsOf(result.represented),
    substituted: chartsOf(result.substituted),
    durationMs: Math.round(durationMs),
  };
}

function chartsOf(releases: OperationResult["represented"]): string[] {
  return [...new Set(releases.map(({ chart }) => chart))].sort();
}
