import { readState, readyForDestroy } from "../checkpoint.ts";
import { unprotectClusters } from "../unprotect-clusters.ts";
import { unprotectLoadBalancers } from "../unprotect-load-balancers.ts";
import type { DriverOptions } from "../options.ts";
import { runOperation, type OperationResult } from "../run-operation.ts";
import { withStack } from "../stack-session.ts";
import { withCluster } from "../with-cluster.ts";

/**
 * Deletes everything that the stack made, in the reverse order. The control plane is started for it when it does not run,
 * and is stopped again then; the sandbox's folder stays.
 * @throws ConfigError, CommandError, EngineFailure, Interrupted
 */
export async function destroy(stack: string, options: DriverOptions): Promise<OperationResult> {
  return withStack("destroy", stack, options, async (session) => {
    const state = readState(session.paths.checkpoint);
    if (state.resources.length === 0 && state.pending.length === 0) {
      const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
      return { counts, changed: [], problems: [], represented: [], substituted: [], replacedSecrets: [], resources: 0 };
    }
    return withCluster(session, async ({ toolchain, cluster, control }) => {
      // The state's objects are there only once the API server has its data back.
      const { kubeconfig } = await cluster.ready();
      const balancers = await unprotectLoadBalancers(kubeconfig, control.signal);
      // Each counts once: what EKS protects, Pulumi protects too.
      unprotectClusters(session.paths.cloud);
      const guarded = readyForDestroy(session.paths.checkpoint) + balancers;
      if (guarded > 0) {
        const message = `${guarded} resources are protected: \`pulumi destroy\` would refuse, the sandbox has nothing to lose`;
        options.progress({ phase: "destroy", message });
      }
      const result = await runOperation(session, "destroy", toolchain, control, cluster);
      if (cluster.startedHere) {
        await cluster.stop();
      }
      return result;
    });
  });
}
