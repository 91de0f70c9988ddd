import { chooseChartSources, type ChartSources } from "../charts/chart-sources.ts";
import type { Toolchain } from "../contracts.ts";
import { readState } from "./checkpoint.ts";
import type { EngineOperation } from "./engine.ts";
import type { StackSession } from "./stack-session.ts";

/** Whose charts the releases of a stack get. A destroy needs none: what it takes away is known to the cluster. */
export async function chartSourcesFor(
  { paths, stack, options }: StackSession,
  operation: EngineOperation,
  toolchain: Toolchain,
  signal: AbortSignal,
): Promise<ChartSources> {
  if (operation === "destroy") {
    return { settings: [], substituted: [], represented: [] };
  }
  const { resources, pending } = readState(paths.checkpoint);
  return await chooseChartSources(stack, {
    projectDir: paths.projectDir,
    record: paths.chartRecord,
    directory: paths.charts,
    files: toolchain,
    isNew: resources.length === 0 && pending.length === 0,
    environment: options.environment,
    signal,
  });
}
