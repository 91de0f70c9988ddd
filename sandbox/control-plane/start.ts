import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import type { ControlPlane, PodRuntime, Progress, Toolchain } from "../contracts.ts";
import { isRunning, type ProcessIdentity } from "../processes/process-identity.ts";
import { withDirectoryLock } from "../processes/directory-lock.ts";
import { replaceFile } from "../processes/replace-file.ts";
import { ensureProgram } from "../toolchain/index.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { layoutOf, PROGRAM_NAMES, type Layout, type ProgramName } from "./layout.ts";
import { assertMemory } from "./memory.ts";
import { ensurePki, type Pki } from "./pki.ts";
import { choosePorts, readPorts, type Ports } from "./ports.ts";
import { diedError, logTail, startProgram, stopPrograms } from "./processes.ts";
import { choosePodRuntime, programsFor } from "./pod-runtime.ts";
import { commandOf, egressConfig, programKubeconfig, schedulerConfig } from "./programs.ts";
import { readControlPlane } from "./read.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** What a control plane is started from. */
export interface StartOptions {
  readonly toolchain: Toolchain;
  /** Where data, keys, kubeconfig, logs and pid files live, e.g. `.sandbox/dev/control-plane`. */
  readonly dir: string;
  readonly progress: Progress;
  /** Gives up the start: whatever was started is stopped again. */
  readonly signal?: AbortSignal | undefined;
}

const PHASE = "control plane";
/** A start takes 2 to 3 s; a machine that is busy otherwise may need far longer. */
const READY_TIMEOUT_MS = 90_000;
const PORT_ATTEMPTS = 3;

/**
 * Starts the control plane of a directory, or returns the one that runs there. The programs outlive this process,
 * until `stopControlPlane`. What a former run left (objects, keys, ports where they are free) is taken up again.
 * @throws CommandError `control-plane.start-failed`, `control-plane.died`, `control-plane.timeout`, `control-plane.memory`; the
 * signal's reason when aborted. Nothing of the start keeps running then.
 */
export async function startControlPlane(options: StartOptions): Promise<ControlPlane> {
  return withDirectoryLock(options.dir, () => startLocked(options), {
    signal: options.signal,
    onWait: () =>
      options.progress({ phase: PHASE, message: "waiting for another process that is starting or stopping it" }),
  });
}

async function startLocked(options: StartOptions): Promise<ControlPlane> {
  const layout = layoutOf(options.dir);
  const running = readControlPlane(options.dir);
  if (running !== undefined) {
    return running;
  }
  // One program of a former run may still be there, without the others: it goes before new ones come.
  await stopPrograms(layout);
  for (let attempt = 1; ; attempt++) {
    try {
      await startAll(options, layout);
      break;
    } catch (error) {
      await stopPrograms(layout);
      if (attempt === PORT_ATTEMPTS || !lostPort(layout, error)) {
        throw error;
      }
    }
  }
  const plane = readControlPlane(options.dir);
  if (plane === undefined) {
    throw new CommandError(
      "control-plane.died",
      "a program of the local control plane ended right after the start",
      `The logs are in ${join(options.dir, "logs")}.`,
    );
  }
  return plane;
}

async function startAll(options: StartOptions, layout: Layout): Promise<void> {
  options.progress({
    phase: PHASE,
    message: existsSync(layout.data) ? "starting again on the objects of the last run" : "starting",
  });
  await mkdir(join(layout.dir, "run"), { recursive: true, mode: 0o700 });
  const pki = await ensurePki(layout.pki);
  const ports = await choosePorts(readPorts(layout.ports));
  const podRuntime = await choosePodRuntime(options.toolchain);
  if (podRuntime.kind === "kubelet") {
    assertMemory();
  }
  replaceFile(layout.podRuntime, JSON.stringify(podRuntime));
  const toolchain = await withPodProgram(options, podRuntime);
  await writeConfigs(layout, pki, ports);
  const started = new Map<ProgramName, ProcessIdentity>();
  const start = { layout, started, signal: options.signal };
  for (const program of programsFor(podRuntime)) {
    options.signal?.throwIfAborted();
    if (program === "kube-controller-manager") {
      // The others end themselves, or wait long, when the API server does not answer yet.
      await poll(start, "/readyz");
      await dropNodeLeases(layout);
    }
    started.set(
      program,
      await startProgram(layout, program, commandOf(program, { toolchain, layout, pki, ports, podRuntime })),
    );
  }
  // The controller manager works as soon as it has made this one; before, pods of a new cluster would be refused.
  await poll(start, "/api/v1/namespaces/default/serviceaccounts/default");
}

/** kwok is built where it is needed: on most machines it is not. */
async function withPodProgram({ toolchain, progress, signal }: StartOptions, runtime: PodRuntime): Promise<Toolchain> {
  return runtime.kind === "kubelet"
    ? toolchain
    : { ...toolchain, kwok: await ensureProgram("kwok", progress, { signal }) };
}

async function writeConfigs(layout: Layout, pki: Pki, ports: Ports): Promise<void> {
  const server = `https://127.0.0.1:${ports.apiServer}`;
  replaceFile(layout.ports, JSON.stringify(ports));
  replaceFile(layout.egressConfig, stringify(egressConfig(layout)));
  replaceFile(layout.schedulerConfig, stringify(schedulerConfig(layout)));
  for (const client of ["kube-controller-manager", "kube-scheduler", "mesh-node", "kwok"] as const) {
    await writeKubeconfig(programKubeconfig(layout, client), server, pki, client);
  }
  await writeKubeconfig(layout.kubeconfig, server, pki, "admin");
}

/**
 * Each kwok has a name of its own, and leaves a node alone while another one's lease on it runs: after a restart no pod
 * would start for two minutes. The holder of these leases ended with the last run.
 */
async function dropNodeLeases(layout: Layout): Promise<void> {
  const client = new KubernetesClient(await readKubeconfig(layout.kubeconfig));
  try {
    await client.status("DELETE", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", {}, 404);
  } finally {
    client.close();
  }
}

/** A start under way. */
interface Start {
  readonly layout: Layout;
  /** Programs that were started so far. */
  readonly started: ReadonlyMap<ProgramName, ProcessIdentity>;
  readonly signal: AbortSignal | undefined;
}

/** Waits until the API server answers a path with 200. @throws CommandError when a program dies or time is over. */
async function poll({ layout, started, signal }: Start, path: string): Promise<void> {
  const client = new KubernetesClient(await readKubeconfig(layout.kubeconfig));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  try {
    for (;;) {
      signal?.throwIfAborted();
      for (const [program, identity] of started) {
        if (!isRunning(identity)) {
          throw diedError(layout, program);
        }
      }
      // Nobody listens yet, or not all parts are ready: both are expected until the deadline.
      const answers = await client.status("GET", path).then(
        () => true,
        () => false,
      );
      if (answers) {
        return;
      }
      if (Date.now() > deadline) {
        const said = logTail(layout.log("kube-apiserver"), 3);
        throw new CommandError(
          "control-plane.timeout",
          `the local control plane was not ready after ${READY_TIMEOUT_MS / 1000} s; the API server last said:\n${said}`,
        );
      }
      await sleep(50);
    }
  } finally {
    client.close();
  }
}

/** Somebody else took a port between our choice and the program's start: other ports will do. */
function lostPort(layout: Layout, error: unknown): boolean {
  if (!(error instanceof CommandError) || error.code !== "control-plane.died") {
    return false;
  }
  return PROGRAM_NAMES.some((program) => logTail(layout.log(program), 20).includes("address already in use"));
}
