import { join } from "node:path";

/** The five programs of a control plane, in the order of starting. */
export const PROGRAM_NAMES = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

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
    pidFile: (program) => join(dir, "run", `${program}.json`),
    log: (program) => join(dir, "logs", `${program}.log`),
    previousLog: (program) => join(dir, "logs", `${program}.previous.log`),
  };
}
