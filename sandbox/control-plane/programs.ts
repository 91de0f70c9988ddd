import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { PodRuntime, Toolchain } from "../contracts.ts";
import type { Layout, ProgramName } from "./layout.ts";
import type { ClientName, Pki } from "./pki.ts";
import { SYSTEM_PATH } from "./pod-runtime.ts";
import type { Ports } from "./ports.ts";

/** What a program is started with. */
export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Everything that the command lines are made of. */
export interface CommandInputs {
  readonly toolchain: Toolchain;
  readonly layout: Layout;
  readonly pki: Pki;
  readonly ports: Ports;
  readonly podRuntime: PodRuntime;
}

/** Nodes with this annotation are kwok's. */
export const KWOK_ANNOTATION = { name: "kwok.x-k8s.io/node", value: "fake" } as const;

/** Service addresses: the range that EKS uses. The machine's own network does not route them. */
const SERVICE_CIDR = "172.20.0.0/16";

/** Addresses that kwok gives to pods: shared address space, so that no route of the machine can match one. */
const POD_CIDR = "100.64.0.0/16";

/** Where mesh-node forwards to the API server: shared address space, inside the cluster network. */
const API_ADDRESS = "100.127.255.1";

/** The kubeconfig of a program of the control plane. */
export function programKubeconfig(layout: Layout, client: ClientName): string {
  return join(layout.dir, "run", `${client}.kubeconfig`);
}

/** The command line of one program. Every address in it is 127.0.0.1. */
export function commandOf(program: ProgramName, inputs: CommandInputs): Command {
  switch (program) {
    case "etcd":
      return { path: inputs.toolchain.etcd, args: etcdArgs(inputs), env: { GOGC: "200" } };
    case "kube-apiserver":
      // Its start allocates much and keeps little: collecting less often saves a second of it.
      return {
        path: inputs.toolchain.kubeApiserver,
        args: apiServerArgs(inputs),
        env: { GOGC: "300", GOMEMLIMIT: "1GiB" },
      };
    case "kube-controller-manager":
      return {
        path: inputs.toolchain.kubeControllerManager,
        args: controllerManagerArgs(inputs),
        env: { GOMEMLIMIT: "512MiB" },
      };
    case "kube-scheduler":
      return {
        path: inputs.toolchain.kubeScheduler,
        args: ["--config", inputs.layout.schedulerConfig, "--secure-port=0"],
        env: { GOMEMLIMIT: "256MiB" },
      };
    case "mesh-node":
      return { path: inputs.toolchain.meshNode, args: meshNodeArgs(inputs), env: { PATH: SYSTEM_PATH } };
    case "kwok":
      return { path: inputs.toolchain.kwok, args: kwokArgs(inputs), env: { GOMEMLIMIT: "256MiB" } };
  }
}

/** The scheduler's configuration, as data: its limits towards the API server have no flag that is not deprecated. */
export function schedulerConfig(layout: Layout): unknown {
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig: programKubeconfig(layout, "kube-scheduler"), qps: 500, burst: 1000 },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
    podMaxBackoffSeconds: 2,
  };
}

function etcdArgs({ layout, pki, ports }: CommandInputs): string[] {
  const client = `https://127.0.0.1:${ports.etcdClient}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  return [
    "--name=sandbox",
    `--data-dir=${layout.data}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=sandbox=${peer}`,
    // Other users of this machine reach loopback too: only who has a certificate reads the secrets in here.
    ...["", "peer-"].flatMap((prefix) => [
      `--${prefix}client-cert-auth`,
      `--${prefix}trusted-ca-file=${pki.ca}`,
      `--${prefix}cert-file=${pki.servingCert}`,
      `--${prefix}key-file=${pki.servingKey}`,
    ]),
    // A crash of etcd loses nothing (the kernel has the data); only a crash of the machine could.
    "--unsafe-no-fsync",
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=30m",
    "--log-level=warn",
  ];
}

function apiServerArgs(inputs: CommandInputs): string[] {
  const { pki, ports } = inputs;
  return [
    "--bind-address=127.0.0.1",
    `--secure-port=${ports.apiServer}`,
    ...(inputs.podRuntime.kind === "kubelet" ? withPods(inputs) : withoutPods()),
    `--etcd-servers=https://127.0.0.1:${ports.etcdClient}`,
    `--etcd-cafile=${pki.ca}`,
    `--etcd-certfile=${pki.clientCert("etcd-client")}`,
    `--etcd-keyfile=${pki.clientKey("etcd-client")}`,
    `--client-ca-file=${pki.ca}`,
    `--tls-cert-file=${pki.servingCert}`,
    `--tls-private-key-file=${pki.servingKey}`,
    "--anonymous-auth=false",
    "--authorization-mode=Node,RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKey}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    "--allow-privileged=true",
    "--profiling=false",
  ];
}

/** Webhooks and kubelets are reached through mesh-node, and pods reach the API server where it forwards. */
function withPods({ layout, pki }: CommandInputs): string[] {
  return [
    `--advertise-address=${API_ADDRESS}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--egress-selector-config-file=${layout.egressConfig}`,
    `--kubelet-client-certificate=${pki.clientCert("mesh-node")}`,
    `--kubelet-client-key=${pki.clientKey("mesh-node")}`,
  ];
}

/** Nobody answers behind a Service: neither webhooks nor the endpoints of the Service `kubernetes`. */
function withoutPods(): string[] {
  return [
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
  ];
}

/** The API server's way into the cluster network, as its own configuration has it. */
export function egressConfig(layout: Layout): unknown {
  return {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [
      {
        name: "cluster",
        connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: layout.socket } } },
      },
    ],
  };
}

function meshNodeArgs({ toolchain, layout, pki }: CommandInputs): string[] {
  return [
    "run",
    `--kubeconfig=${programKubeconfig(layout, "mesh-node")}`,
    `--client-ca=${pki.ca}`,
    `--dir=${layout.node}`,
    `--socket=${layout.socket}`,
    `--forwards=${layout.forwards}`,
    `--hosts=${layout.hosts}`,
    `--tools=${toolchain.directory}`,
  ];
}

function controllerManagerArgs({ layout, pki }: CommandInputs): string[] {
  return [
    `--kubeconfig=${programKubeconfig(layout, "kube-controller-manager")}`,
    "--secure-port=0",
    "--leader-elect=false",
    "--profiling=false",
    `--root-ca-file=${pki.ca}`,
    `--service-account-private-key-file=${pki.serviceAccountKey}`,
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--concurrent-deployment-syncs=20",
    "--concurrent-replicaset-syncs=20",
    "--concurrent-namespace-syncs=20",
    "--concurrent-gc-syncs=40",
    "--concurrent-serviceaccount-token-syncs=20",
    // An autoscaler's first look brings its workload to the minimum: nobody should wait 15 seconds for it. Each look costs,
    // also of a stack that idles.
    "--horizontal-pod-autoscaler-sync-period=5s",
    "--concurrent-horizontal-pod-autoscaler-syncs=20",
    // A laptop that slept must not lose all its nodes at once.
    "--node-monitor-grace-period=5m",
    "--min-resync-period=12h",
  ];
}

function kwokArgs({ toolchain, layout }: CommandInputs): string[] {
  return [
    `--kubeconfig=${programKubeconfig(layout, "kwok")}`,
    `--manage-nodes-with-annotation-selector=${KWOK_ANNOTATION.name}=${KWOK_ANNOTATION.value}`,
    `--cidr=${POD_CIDR}`,
    "--node-lease-duration-seconds=120",
    // No --server-address: then kwok serves nothing and binds to no port.
    ...stageFiles(toolchain.kwokStages).map((file) => `--config=${file}`),
  ];
}

/** The stages that make a node Ready, keep it so, run pods and Jobs at once, and let deleted pods go. */
function stageFiles(dir: string): string[] {
  return ["node/fast", "node/heartbeat-with-lease", "pod/fast"].flatMap((folder) =>
    readdirSync(join(dir, folder))
      .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
      .map((file) => join(dir, folder, file)),
  );
}
