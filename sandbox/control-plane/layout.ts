import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Every program that a control plane may have, in the order of starting: one of the last two runs the pods. */
export const PROGRAM_NAMES = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "mesh-node",
  "kwok",
] as const;

/** A program of the control plane. */
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** Files of one control plane below its directory. */
export interface Layout {
  readonly dir: string;
  /** etcd's data: every object. */
  readonly data: string;
  /** Keys and certificates, mode 0700. */
  readonly pki: string;
  /** For people and clients; what {@link file://../contracts.ts} calls `kubeconfig`. */
  readonly kubeconfig: string;
  readonly schedulerConfig: string;
  /** The ports of the last start. */
  readonly ports: string;
  /** What runs the pods: see {@link file://./pod-runtime.ts}. */
  readonly podRuntime: string;
  /** Which loopback ports lead to the cluster's load balancers; mesh-node writes it. */
  readonly forwards: string;
  /** The hosts that browsers may ask for on loopback; the driver writes it. */
  readonly hosts: string;
  /** How the API server reaches webhooks and kubelets. */
  readonly egressConfig: string;
  /** Nodes' volumes, logs and containers. */
  readonly node: string;
  /** Unix socket that answers HTTP CONNECT into the cluster network. */
  readonly socket: string;
  pidFile(program: ProgramName): string;
  /** Output of the running program. */
  log(program: ProgramName): string;
  /** Output of the start before. */
  previousLog(program: ProgramName): string;
}

/** All paths of a control plane; touches no file. */
export function layoutOf(dir: string): Layout {
  return {
    dir,
    data: join(dir, "etcd"),
    pki: join(dir, "pki"),
    kubeconfig: join(dir, "kubeconfig"),
    schedulerConfig: join(dir, "scheduler.yaml"),
    ports: join(dir, "ports.json"),
    podRuntime: join(dir, "pod-runtime.json"),
    forwards: join(dir, "forwards.json"),
    hosts: join(dir, "hosts.json"),
    egressConfig: join(dir, "egress.yaml"),
    node: join(dir, "node"),
    socket: socketPath(dir),
    pidFile: (program) => join(dir, "run", `${program}.json`),
    log: (program) => join(dir, "logs", `${program}.log`),
    previousLog: (program) => join(dir, "logs", `${program}.previous.log`),
  };
}

/** What the kernel takes as the path of a Unix socket, less the suffix of mesh-node's second one. */
const SOCKET_PATH_BYTES = 100;

/** In the directory itself where its path is short enough. */
function socketPath(dir: string): string {
  const path = join(dir, "cluster.sock");
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) {
    return path;
  }
  const name = createHash("sha256").update(dir).digest("hex").slice(0, 16);
  return join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), `mesh-${name}.sock`);
}
