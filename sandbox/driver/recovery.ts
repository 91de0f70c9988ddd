import { existsSync, rmSync } from "node:fs";
import type { Progress } from "../contracts.ts";
import { layoutOf } from "../control-plane/layout.ts";
import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { addResources, clearPending, readState, removeResources } from "./checkpoint.ts";
import type { EngineOperation } from "./engine.ts";
import { endLeftProviders } from "./kubernetes-provider.ts";
import type { LocalCluster } from "./local-cluster.ts";
import type { LockOwner, StackLock } from "./lock.ts";
import type { StackPaths } from "./paths.ts";
import { findUnrecorded } from "./unrecorded.ts";
import { isRunning, waitUntilGone } from "../processes/process-identity.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** How long an engine that lost its owner may take to notice and save its state. */
const ORPHAN_PATIENCE_MS = 3000;

/** What a killed run left unfinished. */
export interface Leftovers {
  /** URNs that the engine was creating: the fake cloud may hold an object that the state does not know. */
  readonly interruptedCreates: readonly string[];
  /** Ids that the state does know. */
  readonly knownIds: readonly string[];
}

/**
 * Makes the stack workable again after a run that was killed: ends its engine and removes the engine's lock. Cheap and
 * without effect when the last run ended in order.
 */
export async function freeStack(paths: StackPaths, lock: StackLock, progress: Progress): Promise<void> {
  if (lock.previous !== undefined) {
    progress({
      phase: "recovery",
      message: `the last run (process ${lock.previous.pid}) was killed; taking over from it`,
    });
    await endOrphanedEngine(lock.previous);
  }
  endLeftProviders(paths);
  // We hold the stack's own lock, so an engine's lock here belongs to nobody alive.
  rmSync(paths.backendLocks, { recursive: true, force: true });
}

/**
 * Refuses to work on a state whose objects are gone together with the API server's data: the engine would find every one
 * unchanged and report success for an empty cluster. A destroy may go on: deleting what is not there is no error.
 * @throws CommandError `state.cluster-lost`
 */
export function assertObjectsKept({ checkpoint, controlPlane, stack }: StackPaths): void {
  const applied = readState(checkpoint).resources.filter(({ type }) => type.startsWith("kubernetes:")).length;
  const { data } = layoutOf(controlPlane);
  if (applied > 0 && !existsSync(data)) {
    throw new CommandError(
      "state.cluster-lost",
      `the state of ${stack} lists ${applied} Kubernetes objects, and the API server's data that held them are gone: ${data}`,
      `Start again with: mesh down ${stack} --purge`,
    );
  }
}

/**
 * Takes the unfinished operations out of the state, and settles with the API server what became of them. A preview leaves
 * them: it changes nothing.
 */
export async function takeLeftovers(
  paths: StackPaths,
  operation: EngineOperation,
  cluster: LocalCluster | undefined,
  signal: AbortSignal,
  progress: Progress,
): Promise<Leftovers> {
  if (operation === "preview") {
    return { interruptedCreates: [], knownIds: [] };
  }
  const state = readState(paths.checkpoint);
  const tell = (message: string): void => progress({ phase: "recovery", message });
  if (state.pending.length > 0) {
    tell(`${state.pending.length} operations were under way when the last run ended; doing them again`);
  }
  const applied = [...state.resources, ...state.pending.map(({ resource }) => resource)];
  if (cluster !== undefined && applied.some(({ type }) => type.startsWith("kubernetes:"))) {
    const client = new KubernetesClient(await readKubeconfig((await cluster.ready()).kubeconfig));
    try {
      const unrecorded = await findUnrecorded(client, state.pending, operation, signal);
      addResources(paths.checkpoint, unrecorded.made);
      removeResources(paths.checkpoint, unrecorded.gone);
      unrecorded.told.forEach(tell);
    } finally {
      client.close();
    }
  }
  clearPending(paths.checkpoint);
  return {
    interruptedCreates: state.pending.filter(({ type }) => type === "creating").map(({ urn }) => urn),
    knownIds: readState(paths.checkpoint).resources.flatMap(({ id }) => id ?? []),
  };
}

/** Its program and the fake cloud died with their process: it fails by itself, and saves what it knows. */
async function endOrphanedEngine({ engine }: LockOwner): Promise<void> {
  if (engine === undefined || (await waitUntilGone(engine, ORPHAN_PATIENCE_MS))) {
    return;
  }
  if (isRunning(engine)) {
    process.kill(engine.pid, "SIGKILL");
    await waitUntilGone(engine, ORPHAN_PATIENCE_MS);
  }
}
