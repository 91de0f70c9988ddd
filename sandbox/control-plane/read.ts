import { existsSync } from "node:fs";
import type { ControlPlane } from "../contracts.ts";
import { layoutOf, PROGRAM_NAMES } from "./layout.ts";
import { readPorts } from "./ports.ts";
import { runningPrograms } from "./processes.ts";

/** The control plane that runs in a directory, whole; undefined when none does, or when one of its programs is gone. */
export function readControlPlane(dir: string): ControlPlane | undefined {
  const layout = layoutOf(dir);
  const running = runningPrograms(layout);
  const { apiServer } = readPorts(layout.ports);
  if (
    apiServer === undefined ||
    !existsSync(layout.kubeconfig) ||
    PROGRAM_NAMES.some((program) => running[program] === undefined)
  ) {
    return undefined;
  }
  const processes = Object.fromEntries(Object.entries(running).map(([program, { pid }]) => [program, pid]));
  return { server: `https://127.0.0.1:${apiServer}`, kubeconfig: layout.kubeconfig, processes };
}
