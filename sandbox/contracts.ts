/**
 * What the rooms of the sandbox promise each other. Types, and the one error that all of them throw.
 *
 *   toolchain/      finds or builds the programs          -> Toolchain
 *   control-plane/  runs etcd, the API server and mesh-node    -> ControlPlane
 *   providers/      fakes of the cloud providers         -> attached through PULUMI_DEBUG_PROVIDERS
 *   driver/         joins them to the Pulumi engine       -> up, preview, destroy
 */

/** One step of long work, for people to watch. The command line decides how it is drawn. */
export interface ProgressEvent {
  /** What is being worked on, e.g. `toolchain`, `control plane`, `up`. */
  readonly phase: string;
  /** One sentence, present tense, without a full stop. */
  readonly message: string;
  /** Steps done, where the number of steps is known. */
  readonly done?: number;
  /** Steps in all, where known. */
  readonly total?: number;
}

/** Receives progress; must not throw. */
export type Progress = (event: ProgressEvent) => void;

/** Absolute paths of the programs and data files that the sandbox runs. Programs are built, or the user's own. */
export interface Toolchain {
  /** Directory of what was built: those programs under their own names, and the data files. */
  readonly directory: string;
  readonly pulumi: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  /** Pulumi's Kubernetes provider, `pulumi-resource-kubernetes`. One that was built reads `schema.json` beside it. */
  readonly kubernetesProvider: string;
  readonly kubernetesSchema: string;
  readonly kwok: string;
  /** Directory of kwok's own Stage files for nodes and pods. */
  readonly kwokStages: string;
  /** Istio's charts, of the commit of which istiod is, as its repository keeps them: `base`, `istio-control/istio-discovery`, `gateway` ... */
  readonly istioCharts: string;
  /** Template of the proxies' bootstrap configuration. */
  readonly istioBootstrap: string;
  /** Directories `standard` and `experimental` of CustomResourceDefinitions. */
  readonly gatewayApiCrds: string;
  readonly certManagerCrds: string;
  readonly karpenterCrds: string;
  /** Built when a command asks for it: see `ensureProgram`. */
  readonly istioctl: string;
  /** What runs in pods. On Linux only; elsewhere these files are not there. */
  readonly meshNode: string;
  readonly podInit: string;
  readonly pilotDiscovery: string;
  readonly pilotAgent: string;
  readonly envoy: string;
  readonly fakeService: string;
  readonly rateLimit: string;
}

/** One node of the local cluster: what the scheduler needs to know of it. */
export interface NodeSpec {
  /** DNS label, unique in the cluster. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Allocatable resources in Kubernetes quantities, e.g. cpu `3920m`, memory `14900Mi`, pods `58`. */
  readonly allocatable: { readonly cpu: string; readonly memory: string; readonly pods: string };
  /** Capacity in Kubernetes quantities: what the machine has before the kubelet and the system take their share. */
  readonly capacity: { readonly cpu: string; readonly memory: string; readonly pods: string };
}

/** A load balancer that a Service of the cluster has, or has no longer. */
export interface LoadBalancerChange {
  readonly kind: "present" | "gone";
  /** Namespace and name of the Service. */
  readonly namespace: string;
  readonly name: string;
  /** Host name at which it answers. */
  readonly hostname: string;
  /** Which subnets it lies in: public or private ones. */
  readonly scheme: "internet-facing" | "internal";
  /** Ids of the subnets that the Service names for it. Empty: those that are tagged for its scheme. */
  readonly subnetIds: readonly string[];
}

/** What runs the pods: Kubernetes' own kubelets, or kwok, which only marks them as running. */
export type PodRuntime = { readonly kind: "kubelet" } | { readonly kind: "kwok"; readonly reason: string };

/** A running control plane on loopback. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Path of a kubeconfig with cluster-admin rights, mode 0600. */
  readonly kubeconfig: string;
  /** Process ids by program name, for `status`. */
  readonly processes: Readonly<Record<string, number>>;
  readonly podRuntime: PodRuntime;
  /** Unix socket that answers HTTP CONNECT into the cluster network; nobody listens there where kwok runs the pods. */
  readonly socket: string;
  /** File of the loopback ports that lead to the cluster's load balancers; missing where kwok runs the pods. */
  readonly forwards: string;
}
