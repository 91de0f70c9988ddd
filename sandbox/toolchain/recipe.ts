import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Toolchain } from "../contracts.ts";

/** The committed Go modules that pin the programs: one where Kubernetes decides the versions, one where Pulumi does. */
export type GoModule = "cluster" | "pulumi";

/** A program that is built from a committed Go module. */
export interface Program {
  readonly key: keyof Toolchain;
  /** File name in the cache, and the name that people know. */
  readonly name: string;
  readonly module: GoModule;
  /** Import path of its main package. */
  readonly package: string;
  /** Variables that the linker sets, without `-X`. */
  readonly stamp: readonly string[];
  /** Minutes on two cores with an empty cache, after the programs before it. For the progress line only. */
  readonly minutes: number;
}

/** Files that come along in a module's sources and are copied into the cache. */
export interface DataFiles {
  readonly key: keyof Toolchain;
  readonly name: string;
  readonly module: GoModule;
  /** The Go module that carries them. */
  readonly source: string;
  /** Path inside that module: a file, or a directory of which every `.yaml` outside `testdata` is copied. */
  readonly path: string;
}

/** Directory of the committed Go modules. */
export const GO_MODULES_DIR = join(import.meta.dirname, "go");

/** Version of Kubernetes that the sandbox runs, without `v`: the minor version of the EKS stacks. */
export const KUBERNETES_VERSION = "1.35.4";

/** Version of the Pulumi CLI that is built, without `v`. */
export const PULUMI_VERSION = "3.259.0";

/** Minor versions of Pulumi 3 that may take its place when installed: that of `@pulumi/pulumi`, and the one after it. */
export const PULUMI_MINORS: readonly number[] = [259, 260];

const [KUBERNETES_MAJOR, KUBERNETES_MINOR] = KUBERNETES_VERSION.split(".");

const KUBERNETES_STAMP = [
  // Without a stamp the API server calls itself v0.0.0-master, and clients that compare versions refuse it.
  `k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  `k8s.io/component-base/version.gitMajor=${KUBERNETES_MAJOR ?? ""}`,
  `k8s.io/component-base/version.gitMinor=${KUBERNETES_MINOR ?? ""}`,
  "k8s.io/component-base/version.gitTreeState=clean",
];

/** Every program, in the order of building: each shares most of its packages with those before it. */
export const PROGRAMS: readonly Program[] = [
  {
    key: "kubeApiserver",
    name: "kube-apiserver",
    module: "cluster",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    stamp: KUBERNETES_STAMP,
    minutes: 4,
  },
  {
    key: "kubeControllerManager",
    name: "kube-controller-manager",
    module: "cluster",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    stamp: KUBERNETES_STAMP,
    minutes: 1,
  },
  {
    key: "kubeScheduler",
    name: "kube-scheduler",
    module: "cluster",
    package: "k8s.io/kubernetes/cmd/kube-scheduler",
    stamp: KUBERNETES_STAMP,
    minutes: 0.2,
  },
  { key: "etcd", name: "etcd", module: "cluster", package: "go.etcd.io/etcd/server/v3", stamp: [], minutes: 0.2 },
  { key: "kwok", name: "kwok", module: "cluster", package: "sigs.k8s.io/kwok/cmd/kwok", stamp: [], minutes: 0.5 },
  {
    key: "kubernetesProvider",
    name: "pulumi-resource-kubernetes",
    module: "cluster",
    package: "./cmd/pulumi-resource-kubernetes",
    stamp: ["main.version=4.34.2"],
    minutes: 5,
  },
  {
    key: "pulumi",
    name: "pulumi",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    stamp: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`],
    minutes: 2,
  },
];

/** Every set of data files. */
export const DATA_FILES: readonly DataFiles[] = [
  { key: "kwokStages", name: "kwok-stages", module: "cluster", source: "sigs.k8s.io/kwok", path: "kustomize/stage" },
];

/**
 * Flags of every `go build`: readonly and go.sum make a module whose content changed refuse to build. DWARF that the linker
 * drops need not be compiled either: etcd took 52 instead of 61 CPU seconds without it (2026-11-21).
 */
export const BUILD_FLAGS: readonly string[] = [
  "-mod=readonly",
  "-trimpath",
  "-buildvcs=false",
  "-gcflags=all=-dwarf=false",
];

/** Linker flags of one program: no symbol table and no DWARF, which nobody reads here. */
export function linkerFlags(program: Program): string {
  return ["-s", "-w", ...program.stamp.map((variable) => `-X ${variable}`)].join(" ");
}

/** The Go version that a module's go.mod asks for, e.g. `1.26.0`. */
export function requiredGoVersion(modulesDir: string, module: GoModule): string {
  const text = readFileSync(join(modulesDir, module, "go.mod"), "utf8");
  const version = /^go (\S+)$/m.exec(text)?.[1];
  if (version === undefined) {
    throw new Error(`${module}/go.mod has no go line`);
  }
  return version;
}
