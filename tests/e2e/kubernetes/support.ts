import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { ControlPlane, Toolchain } from "../../../sandbox/contracts.ts";
import { addNodes, startControlPlane } from "../../../sandbox/control-plane/index.ts";
import {
  installKubernetesProvider,
  kubernetesProviderEnvironment,
} from "../../../sandbox/driver/kubernetes-provider.ts";
import { STATE_AT_THE_END } from "../../support/mesh-command.ts";
import { kube, nodeSpec, temporaryPlane, toolchainForTests } from "../control-plane/support.ts";

/** What one run of the engine did. */
export interface Run {
  /** Resource name to operation, everything that is not `same`. */
  readonly changed: Readonly<Record<string, string>>;
  /** Resource name to the property paths of its diff. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** The engine's errors; empty when all went well. */
  readonly errors: string;
}

/** A real control plane with three nodes, and the real engine and Kubernetes provider with a stack of their own. */
export class TestBed {
  readonly toolchain: Toolchain;
  readonly plane: ControlPlane;
  /** What the next run declares; it gets the provider of the sandbox's cluster. */
  program: (provider: k8s.Provider) => void = () => undefined;
  readonly #stack: Stack;
  readonly #remove: () => Promise<void>;

  private constructor(
    toolchain: Toolchain,
    plane: ControlPlane,
    directory: string,
    stack: Stack,
    remove: () => Promise<void>,
  ) {
    this.toolchain = toolchain;
    this.plane = plane;
    this.#stack = stack;
    this.#remove = async () => {
      await remove();
      rmSync(directory, { recursive: true, force: true });
    };
  }

  /** Starts everything; `close` stops it. */
  static async start(): Promise<TestBed> {
    const toolchain = await toolchainForTests();
    const place = temporaryPlane();
    const directory = mkdtempSync(join(tmpdir(), "mesh-kubernetes-"));
    try {
      const plane = await startControlPlane({ toolchain, dir: place.dir, progress: () => undefined });
      await addNodes(
        plane,
        ["a", "b", "c"].map((name) => nodeSpec(`node-${name}`)),
      );
      let bed: TestBed | undefined = undefined;
      const stack = await createStack(toolchain, directory, place.dir, () => {
        const kubeconfig = readFileSync(plane.kubeconfig, "utf8");
        bed?.program(new k8s.Provider("cluster", { kubeconfig, clusterIdentifier: "test" }));
        return Promise.resolve();
      });
      bed = new TestBed(toolchain, plane, directory, stack, () => place.remove());
      return bed;
    } catch (error) {
      await place.remove();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async up(): Promise<Run> {
    return await record((onEvent) => this.#stack.up({ onEvent }));
  }

  async preview(): Promise<Run> {
    return await record((onEvent) => this.#stack.preview({ onEvent }));
  }

  async refresh(): Promise<Run> {
    return await record((onEvent) => this.#stack.refresh({ onEvent }));
  }

  async destroy(): Promise<Run> {
    return await record((onEvent) => this.#stack.destroy({ onEvent }));
  }

  /** Reads from the API server, past the provider; the caller knows what kind of body it asks for. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the answer's type at the call
  async get<Body = Record<string, unknown>>(path: string): Promise<{ status: number; body: Body }> {
    return await kube<Body>(this.plane, "GET", path);
  }

  /** Stops the control plane and removes every file. */
  async close(): Promise<void> {
    await this.#remove();
  }
}

async function createStack(
  toolchain: Toolchain,
  directory: string,
  controlPlane: string,
  program: () => Promise<void>,
): Promise<Stack> {
  const [bin, project, backend, home] = ["root/bin", "project", "backend", "home"].map((name) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    return path;
  }) as [string, string, string, string];
  symlinkSync(toolchain.pulumi, join(bin, "pulumi"));
  const pulumiHome = join(directory, "pulumi-home");
  installKubernetesProvider({ pulumiHome, home }, toolchain);
  return await LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName: "kubernetes", program },
    {
      pulumiCommand: await PulumiCommand.get({ root: join(directory, "root"), skipVersionCheck: true }),
      workDir: project,
      projectSettings: { name: "kubernetes", runtime: "nodejs", backend: { url: `file://${backend}` } },
      envVars: {
        ...kubernetesProviderEnvironment({ home, controlPlane }),
        ...STATE_AT_THE_END,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_HOME: pulumiHome,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
}

async function record(run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<Run> {
  const changed: Record<string, string> = {};
  const paths: Record<string, readonly string[]> = {};
  const errors: string[] = [];
  const onEvent = (event: EngineEvent) => {
    const metadata = event.resourcePreEvent?.metadata;
    const name = metadata?.urn.split("::").at(-1) ?? "";
    if (metadata !== undefined && metadata.op !== "same" && !metadata.type.startsWith("pulumi:")) {
      changed[name] = metadata.op;
      paths[name] = Object.keys(metadata.detailedDiff ?? {});
    }
    if (event.diagnosticEvent?.severity === "error") {
      errors.push(event.diagnosticEvent.message);
    }
  };
  try {
    await run(onEvent);
  } catch (error) {
    if (errors.length === 0) {
      throw error;
    }
  }
  return { changed, paths, errors: errors.join("\n") };
}
