import { join } from "node:path";
import type { Toolchain } from "../contracts.ts";
import {
  ISTIO_COMMIT,
  ISTIO_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  PULUMI_VERSION,
} from "./versions.ts";

/** The committed Go modules that pin the programs: one where Kubernetes decides the versions, one where Pulumi does. */
export const GO_MODULES = ["cluster", "pulumi"] as const;

/** A main package of a committed Go module, or of a module that it requires. */
export interface CommittedSource {
  readonly module: (typeof GO_MODULES)[number];
  /** Import path, or a path that begins with `./` inside the committed module. */
  readonly package: string;
  /** Folders of the committed module that hold its sources, where it is one of ours. */
  readonly folders?: readonly string[];
}

/** A module that is built by itself, with its own go.mod and go.sum, after files were added that it was published without. */
export interface CopiedSource {
  /** Module and version, e.g. `example.com/module@v1.2.3`. */
  readonly copyOf: string;
  /** Its checksum as go.sum would hold it. */
  readonly sum: string;
  /** Path of its main package. Default: the module's own folder. */
  readonly package?: string;
  /** Files to add: path inside the module and content. */
  readonly added: Readonly<Record<string, string>>;
}

/** Programs of different lanes share little beyond what the first program of all is made of. */
export const LANES = ["cluster", "pulumi"] as const;

/** A program that is built with Go. */
export interface Program {
  readonly key: keyof Toolchain;
  /** File name in the cache, and the name that people know. */
  readonly name: string;
  readonly from: CommittedSource | CopiedSource;
  /** Variables that the linker sets, without `-X`. */
  readonly stamp: readonly string[];
  /** Minutes on two cores with an empty cache, alone, after the programs before it. For the progress line only. */
  readonly minutes: number;
  /** Programs of one lane are built one after the other, beside those of the others. Default: `cluster`. */
  readonly lane?: (typeof LANES)[number];
  /** Where it is of use. Default: everywhere. */
  readonly platform?: "linux";
  /** Only some commands need it: built by the first that does, through `ensureProgram`. Default: false. */
  readonly onDemand?: boolean;
}

/** Directory of the committed Go modules. */
export const GO_MODULES_DIR = join(import.meta.dirname, "go");

const [KUBERNETES_MAJOR, KUBERNETES_MINOR] = KUBERNETES_VERSION.split(".");

const KUBERNETES_STAMP = [
  // Without a stamp the API server calls itself v0.0.0-master, and clients that compare versions refuse it.
  `k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  `k8s.io/component-base/version.gitMajor=${KUBERNETES_MAJOR ?? ""}`,
  `k8s.io/component-base/version.gitMinor=${KUBERNETES_MINOR ?? ""}`,
  "k8s.io/component-base/version.gitTreeState=clean",
];

const ISTIO_STAMP = [
  `istio.io/istio/pkg/version.buildVersion=${ISTIO_VERSION}`,
  `istio.io/istio/pkg/version.buildGitRevision=${ISTIO_COMMIT}`,
  "istio.io/istio/pkg/version.buildStatus=Clean",
  `istio.io/istio/pkg/version.buildTag=${ISTIO_VERSION}`,
];

/**
 * Every program, in the order in which they are built: each compiles what it shares with those after it. All but Pulumi's
 * CLI come from one module, so that Kubernetes' and Istio's packages are compiled once.
 */
export const PROGRAMS: readonly Program[] = [
  {
    key: "kubeApiserver",
    name: "kube-apiserver",
    from: { module: "cluster", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
    stamp: KUBERNETES_STAMP,
    minutes: 3,
  },
  {
    key: "kubeControllerManager",
    name: "kube-controller-manager",
    from: { module: "cluster", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
    stamp: KUBERNETES_STAMP,
    minutes: 0.6,
  },
  {
    key: "kubeScheduler",
    name: "kube-scheduler",
    from: { module: "cluster", package: "k8s.io/kubernetes/cmd/kube-scheduler" },
    stamp: KUBERNETES_STAMP,
    minutes: 0.1,
  },
  {
    key: "etcd",
    name: "etcd",
    from: { module: "cluster", package: "go.etcd.io/etcd/server/v3" },
    stamp: [],
    minutes: 0.2,
  },
  {
    key: "meshNode",
    name: "mesh-node",
    from: { module: "cluster", package: "./cmd/mesh-node", folders: ["cmd/mesh-node", "internal"] },
    // Its kubelets say the cluster's version.
    stamp: KUBERNETES_STAMP,
    minutes: 1.2,
    platform: "linux",
  },
  {
    key: "podInit",
    name: "pod-init",
    from: { module: "cluster", package: "./cmd/pod-init", folders: ["cmd/pod-init", "internal"] },
    stamp: [],
    minutes: 0.1,
    platform: "linux",
  },
  {
    key: "pilotDiscovery",
    name: "pilot-discovery",
    from: { module: "cluster", package: "istio.io/istio/pilot/cmd/pilot-discovery" },
    stamp: ISTIO_STAMP,
    minutes: 0.6,
    platform: "linux",
  },
  {
    key: "pilotAgent",
    name: "pilot-agent",
    from: { module: "cluster", package: "istio.io/istio/pilot/cmd/pilot-agent" },
    stamp: ISTIO_STAMP,
    minutes: 0.2,
    platform: "linux",
  },
  {
    key: "rateLimit",
    name: "ratelimit",
    from: { module: "cluster", package: "github.com/envoyproxy/ratelimit/src/service_cmd" },
    stamp: [],
    minutes: 0.2,
    platform: "linux",
  },
  {
    key: "fakeService",
    name: "fake-service",
    from: {
      copyOf: "github.com/nicholasjackson/fake-service@v0.26.2",
      sum: "h1:c3QnNDpmjXzDbe8I19yWVniyyTcBJ4XAn2UDbwbtsO4=",
      // Its main package embeds a user interface that is built before a release and is not part of the module.
      added: { "ui/build/index.html": "" },
    },
    stamp: [],
    lane: "pulumi",
    minutes: 0.3,
    platform: "linux",
  },
  {
    key: "kubernetesProvider",
    name: "pulumi-resource-kubernetes",
    from: {
      module: "cluster",
      package: "./cmd/pulumi-resource-kubernetes",
      folders: ["cmd/pulumi-resource-kubernetes", "kubernetes-sdk"],
    },
    stamp: [`main.version=${KUBERNETES_PROVIDER_VERSION}`],
    lane: "pulumi",
    minutes: 2,
  },
  {
    key: "pulumi",
    name: "pulumi",
    from: { module: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    stamp: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`],
    lane: "pulumi",
    minutes: 2.2,
  },
  {
    key: "kwok",
    name: "kwok",
    // Its Kubernetes packages are newer than the cluster's.
    from: {
      copyOf: "sigs.k8s.io/kwok@v0.8.0",
      sum: "h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=",
      package: "./cmd/kwok",
      added: {},
    },
    stamp: [],
    minutes: 2,
    onDemand: true,
  },
  {
    key: "istioctl",
    name: "istioctl",
    from: { module: "cluster", package: "istio.io/istio/istioctl/cmd/istioctl" },
    stamp: ISTIO_STAMP,
    minutes: 1,
    onDemand: true,
  },
];

/**
 * Flags of every `go build`; the same for all programs, so that they share what is compiled. The tags leave out code that
 * nothing calls: Envoy's validators (as Istio's own build does), and the discovery of Google Cloud Storage. DWARF that the
 * linker drops need not be compiled either: etcd took 52 instead of 61 CPU seconds without it (2026-11-21).
 */
export const BUILD_FLAGS: readonly string[] = [
  "-mod=readonly",
  "-trimpath",
  "-buildvcs=false",
  "-tags=disable_pgv,disable_grpc_modules",
  "-gcflags=all=-dwarf=false",
];

/** Linker flags of one program: no symbol table and no DWARF, which nobody reads here. */
export function linkerFlags(program: Program): string {
  return ["-s", "-w", ...program.stamp.map((variable) => `-X ${variable}`)].join(" ");
}
