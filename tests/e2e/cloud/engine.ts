import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { OpMap, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";

import {
  type CloudHooks,
  CloudStore,
  type NodeGroupChange,
  serveCloud,
  type ServedCloud,
} from "../../../sandbox/providers/index.ts";
import {
  type FaultRule,
  Refusal,
  serveProvider,
  type StandInProvider,
} from "../../../sandbox/providers/protocol/index.ts";
import { ensureToolchain } from "../../../sandbox/toolchain/index.ts";

/** One change that an operation made. */
export interface Change {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly paths: readonly string[];
}

export interface Outcome {
  readonly summary: OpMap;
  readonly changes: readonly Change[];
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly secret: boolean }>>;
  readonly errors: readonly string[];
}

/** The credential in the kubeconfig that stands for the local cluster's. */
export const TOKEN = "token-of-the-local-cluster";

const ACCESS = {
  server: "https://127.0.0.1:6443",
  kubeconfigJson: JSON.stringify({
    clusters: [{ cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } }],
    users: [{ user: { token: TOKEN } }],
  }),
};

/** The eks component registers a Kubernetes provider; nothing is made with it here. */
const NO_KUBERNETES: StandInProvider = {
  packageName: "kubernetes",
  version: "4.34.2",
  create: refuse,
  read: refuse,
  update: refuse,
  delete: refuse,
};

function refuse(): never {
  throw new Refusal("no Kubernetes objects in this test");
}

/** The real engine on a fake cloud, in a temporary directory, for one test. */
export class EngineOnCloud {
  readonly directory = mkdtempSync(join(tmpdir(), "mesh-engine-"));
  readonly nodeGroups: NodeGroupChange[] = [];
  /** Set: nodes cannot be made, for this reason. */
  nodeFailure: string | undefined;

  /** Runs one operation, with servers of its own as a call of the command line has them. */
  async run(
    op: "up" | "preview" | "refresh" | "destroy",
    program: PulumiFn,
    faults: readonly FaultRule[] = [],
  ): Promise<Outcome> {
    const hooks: CloudHooks = {
      clusterAccess: () => ACCESS,
      onNodeGroup: (change) => {
        if (this.nodeFailure !== undefined) {
          throw new Error(this.nodeFailure);
        }
        this.nodeGroups.push(change);
      },
    };
    const cloud = await serveCloud({ storePath: this.#storePath(), faults, ...hooks });
    const kubernetes = await serveProvider(NO_KUBERNETES);
    try {
      const stack = await this.#stack(program, `${cloud.debugProviders},${kubernetes.debugProvider}`);
      return await perform(stack, op);
    } finally {
      await cloud.close();
      await kubernetes.close();
    }
  }

  /** The fake cloud by itself, without an engine. */
  cloud(): Promise<ServedCloud> {
    return serveCloud({ storePath: this.#storePath(), clusterAccess: () => ACCESS, onNodeGroup: () => undefined });
  }

  /** What exists in the fake cloud. */
  store(): CloudStore {
    return new CloudStore(this.#storePath());
  }

  /** Text of every file that the engine and the cloud keep. */
  files(): string {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.includes(".json"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #storePath(): string {
    return join(this.directory, "cloud.json");
  }

  async #stack(program: PulumiFn, debugProviders: string): Promise<Stack> {
    const automation = await import("@pulumi/pulumi/automation/index.js");
    const { pulumi } = await ensureToolchain(() => undefined);
    const [backend, workDir] = ["backend", "project"].map((name) => join(this.directory, name)) as [string, string];
    [backend, workDir].forEach((path) => mkdirSync(path, { recursive: true }));
    // The Automation API looks for the engine in `bin` below a root.
    const root = join(this.directory, "engine");
    if (!existsSync(root)) {
      mkdirSync(join(root, "bin"), { recursive: true });
      symlinkSync(pulumi, join(root, "bin", "pulumi"));
    }
    const pulumiCommand = await automation.PulumiCommand.get({ root });
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "cloud-test", program },
      {
        pulumiCommand,
        workDir,
        pulumiHome: join(this.directory, "home"),
        projectSettings: { name: "cloud-test", runtime: "nodejs", backend: { url: `file://${backend}` } },
        envVars: {
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_DEBUG_PROVIDERS: debugProviders,
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
    );
    await stack.setConfig("aws:region", { value: "eu-west-1" });
    return stack;
  }
}

async function perform(stack: Stack, op: "up" | "preview" | "refresh" | "destroy"): Promise<Outcome> {
  const changes: Change[] = [];
  const errors: string[] = [];
  const onEvent: NonNullable<Parameters<Stack["up"]>[0]>["onEvent"] = (event) => {
    const metadata = event.resourcePreEvent?.metadata;
    if (metadata !== undefined && !["same", "refresh", "read"].includes(metadata.op)) {
      const name = metadata.urn.split("::").at(-1) ?? "";
      changes.push({ op: metadata.op, type: metadata.type, name, paths: Object.keys(metadata.detailedDiff ?? {}) });
    }
    if (event.diagnosticEvent?.severity === "error") {
      errors.push(event.diagnosticEvent.message);
    }
  };
  try {
    if (op === "preview") {
      const { changeSummary } = await stack.preview({ onEvent });
      return { summary: changeSummary, changes, outputs: {}, errors };
    }
    if (op === "up") {
      const { summary, outputs } = await stack.up({ onEvent });
      return { summary: summary.resourceChanges ?? {}, changes, outputs, errors };
    }
    const { summary } = await stack[op]({ onEvent });
    return { summary: summary.resourceChanges ?? {}, changes, outputs: {}, errors };
  } catch (error) {
    if (errors.length === 0) {
      throw error;
    }
    return { summary: {}, changes, outputs: {}, errors };
  }
}
