import { dirname } from "node:path";
import type { ControlPlane } from "../contracts.ts";
import { layoutOf } from "./layout.ts";
import { programsFor } from "./pod-runtime.ts";
import { diedError, runningPrograms } from "./processes.ts";
import type { CommandError } from "../../mesh/stack/errors.ts";

const INTERVAL_MS = 500;

/**
 * Calls `onDeath` once, with a CommandError `control-plane.died`, as soon as a program of the control plane is gone.
 * Whoever stops the control plane on purpose ends the watch before. Does not keep this process alive.
 * @returns a function that ends the watch.
 */
export function watchControlPlane(plane: ControlPlane, onDeath: (error: CommandError) => void): () => void {
  const layout = layoutOf(dirname(plane.kubeconfig));
  const timer = setInterval(() => {
    const running = runningPrograms(layout);
    const dead = programsFor(plane.podRuntime).find((program) => running[program]?.pid !== plane.processes[program]);
    if (dead !== undefined) {
      clearInterval(timer);
      onDeath(diedError(layout, dead));
    }
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
