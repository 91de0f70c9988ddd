import { existsSync, readFileSync } from "node:fs";
import type { ControlPlane, NodeSpec, Progress, Toolchain } from "../contracts.ts";
import {
  addNodes,
  readControlPlane,
  removeNodes,
  startControlPlane,
  stopControlPlane,
  watchControlPlane,
} from "../control-plane/index.ts";
import { layoutOf } from "../control-plane/layout.ts";
import { runningPrograms } from "../control-plane/processes.ts";
import type { ClusterAccess, NodeGroupChange } from "../providers/cloud/types.ts";
import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { listAt, stringAt } from "../../mesh/kubernetes/fields.ts";
import type { CommandError } from "../../mesh/stack/errors.ts";

/** How a control plane is started. */
export interface LocalClusterOptions {
  readonly toolchain: Toolchain;
  readonly dir: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called when one of its programs dies while a command needs it. */
  readonly onDeath: (error: CommandError) => void;
}

/** The stack's control plane during one command: started beside the engine, and asked for where it is needed. */
export class LocalCluster {
  /** False when it ran already before this command. */
  readonly startedHere: boolean;
  readonly #options: LocalClusterOptions;
  readonly #started: Promise<ControlPlane>;
  #plane: ControlPlane | undefined;
  #unwatch: (() => void) | undefined;
  readonly #killAtExit: () => void;

  constructor(options: LocalClusterOptions) {
    this.#options = options;
    this.startedHere = readControlPlane(options.dir) === undefined;
    this.#started = this.#start();
    // Reported where it is awaited; until then it must not count as unhandled.
    this.#started.catch(() => undefined);
    this.#killAtExit = () => killControlPlane(options.dir);
    process.once("exit", this.#killAtExit);
  }

  /** The control plane once it answers. @throws CommandError when it does not start. */
  async ready(): Promise<ControlPlane> {
    return this.#started;
  }

  /** The control plane if it answers already. */
  get current(): ControlPlane | undefined {
    return this.#plane;
  }

  /** For the fake cloud: nodes come and go with their node group. */
  async followNodeGroup(change: NodeGroupChange): Promise<void> {
    const plane = await this.#started;
    const wanted = change.kind === "delete" ? [] : change.nodes;
    const present = await nodesOfGroup(plane, change.name);
    const superfluous = present.filter((name) => !wanted.some((node) => node.name === name));
    await addNodes(plane, wanted);
    await removeNodes(plane, superfluous);
  }

  /** Makes the cluster's nodes; those that are there stay. */
  async addNodes(nodes: readonly NodeSpec[]): Promise<void> {
    await addNodes(await this.#started, nodes);
  }

  /** Lets go of the control plane: it goes on running after the command. */
  detach(): void {
    this.#unwatch?.();
    process.off("exit", this.#killAtExit);
  }

  /** Ends the control plane, whoever started it; its data stay. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    // One that is still starting writes its pid files as it goes: let it come to an end first.
    await this.#started.catch(() => undefined);
    await stopControlPlane(this.#options.dir);
    process.off("exit", this.#killAtExit);
  }

  async #start(): Promise<ControlPlane> {
    const { toolchain, dir, progress, signal } = this.#options;
    const plane = await startControlPlane({ toolchain, dir, progress, signal });
    this.#plane = plane;
    this.#unwatch = watchControlPlane(plane, this.#options.onDeath);
    return plane;
  }
}

/** What an EKS cluster's kubeconfig holds, by that of the local control plane. Undefined before the first start. */
export async function clusterAccess(kubeconfig: string): Promise<ClusterAccess | undefined> {
  if (!existsSync(kubeconfig)) {
    return undefined;
  }
  const { parse } = await import("yaml");
  const { server } = await readKubeconfig(kubeconfig);
  // The same text for the same file: the program's provider would see a change otherwise.
  return { server, kubeconfigJson: JSON.stringify(parse(readFileSync(kubeconfig, "utf8"))) };
}

async function nodesOfGroup(plane: ControlPlane, group: string): Promise<string[]> {
  const client = new KubernetesClient(await readKubeconfig(plane.kubeconfig));
  try {
    const list = await client.call("GET", "/api/v1/nodes", {
      query: { labelSelector: `eks.amazonaws.com/nodegroup=${group}` },
    });
    return listAt(list, "items").flatMap((node) => stringAt(node, "metadata", "name") ?? []);
  } finally {
    client.close();
  }
}

/** Without waiting: only for a process that is ending at once. Also when the start or the stop is only half done. */
function killControlPlane(dir: string): void {
  for (const { pid } of Object.values(runningPrograms(layoutOf(dir)))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
