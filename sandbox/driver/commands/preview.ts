import { ensureToolchain } from "../../toolchain/index.ts";
import type { DriverOptions } from "../options.ts";
import { assertObjectsKept } from "../recovery.ts";
import { endableRun } from "../run-control.ts";
import { runOperation, type OperationResult } from "../run-operation.ts";
import { withStack } from "../stack-session.ts";

/**
 * Shows what `up` would change. Starts the engine and the fake providers and nothing else: no control plane.
 * @throws ConfigError, CommandError, EngineFailure, Interrupted
 */
export async function preview(stack: string, options: DriverOptions): Promise<OperationResult> {
  return withStack("preview", stack, options, async (session) => {
    assertObjectsKept(session.paths);
    const toolchain = await ensureToolchain(options.progress, {
      signal: options.signal,
      env: options.environment,
      programs: ["pulumi", "kubernetesProvider"],
    });
    return runOperation(session, "preview", toolchain, endableRun(options.signal));
  });
}
