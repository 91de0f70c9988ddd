import type { Toolchain } from "../contracts.ts";
import { ensureToolchain } from "../toolchain/index.ts";
import { localNodes } from "./local-nodes.ts";
import { LocalCluster } from "./local-cluster.ts";
import { endableRun, type EndableRun } from "./run-control.ts";
import type { StackSession } from "./stack-session.ts";

/** What work on a cluster needs. */
export interface ClusterWork {
  readonly toolchain: Toolchain;
  readonly cluster: LocalCluster;
  readonly control: EndableRun;
}

/**
 * Starts the stack's control plane beside `work` and leaves it running afterwards, so that it can be looked at, also when
 * the work failed. An interrupted command leaves none, and neither does one whose control plane died.
 */
export async function withCluster<T>(session: StackSession, work: (needs: ClusterWork) => Promise<T>): Promise<T> {
  const { options, paths, stack } = session;
  const toolchain = await ensureToolchain(options.progress, { signal: options.signal, env: options.environment });
  const run = endableRun(options.signal);
  const { progress, signal } = options;
  const cluster = new LocalCluster({
    toolchain,
    dir: paths.controlPlane,
    progress,
    signal,
    onDeath: (error) => run.end(error),
  });
  let keep = false;
  try {
    if (stack.config.platform.kind === "kubeconfig") {
      // An existing cluster has its nodes before the program begins.
      await cluster.addNodes(localNodes(stack.config.platform));
    }
    const result = await work({ toolchain, cluster, control: run });
    keep = true;
    return result;
  } catch (error) {
    // Whoever ended the run knows why; every other failure is a consequence of it.
    const cause = run.cause() ?? error;
    keep = !signal.aborted && run.cause()?.code !== "control-plane.died" && cluster.current !== undefined;
    throw cause;
  } finally {
    if (keep) {
      cluster.detach();
    } else {
      await cluster.stop();
    }
  }
}
