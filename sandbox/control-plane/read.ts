import { existsSync } from "node:fs";
import type { ControlPlane } from "../contracts.ts";
import { layoutOf } from "./layout.ts";
import { programsFor, readPodRuntime } from "./pod-runtime.ts";
import { readPorts } from "./ports.ts";
import { runningPrograms } from "./processes.ts";

/** The control plane that runs in a directory, whole; undefined when none does, or when one of its programs is gone. */
export function readControlPlane(dir: string): ControlPlane | undefined {
  const layout = layoutOf(dir);
  const running = runningPrograms(layout);
  const { apiServer } = readPorts(layout.ports);
  const podRuntime = readPodRuntime(layout);
  if (
    apiServer === undefined ||
    !existsSync(layout.kubeconfig) ||
    podRuntime === undefined ||
    programsFor(podRuntime).some((program) => running[program] === undefined)
  ) {
    return undefined;
  }
  const processes = Object.fromEntries(Object.entries(running).map(([program, { pid }]) => [program, pid]));
  const { kubeconfig, socket, forwards } = layout;
  return { server: `https://127.0.0.1:${apiServer}`, kubeconfig, processes, podRuntime, socket, forwards };
}
