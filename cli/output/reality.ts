import type { UpResult } from "../../sandbox/driver/commands/index.ts";
import { ENVOY_VERSION, KUBERNETES_VERSION } from "../../sandbox/toolchain/index.ts";

type Reality = Pick<UpResult, "kubernetesProvider" | "podRuntime" | "mode" | "cloud" | "cluster" | "fakeCertificates">;

const LABEL_WIDTH = 16;

/** What ran for real, and what is not real: nobody is to take one for the other. */
export function realityLines(result: Reality): string[] {
  const { podRuntime } = result;
  return [
    ...labelled("ran for real", [
      `the Pulumi engine and its Kubernetes provider ${result.kubernetesProvider}`,
      `Kubernetes ${KUBERNETES_VERSION}: etcd, API server, controller manager, scheduler${podRuntime.kind === "kubelet" ? ", a kubelet for each node" : ""}`,
      ...(podRuntime.kind === "kubelet"
        ? [
            `istiod with its webhooks, Istio's agent and a stock Envoy ${ENVOY_VERSION} as each proxy, and the demo application`,
          ]
        : []),
    ]),
    ...labelled("not real", [
      ...(podRuntime.kind === "kubelet" ? notInPods(result) : notWithoutPods(podRuntime.reason)),
      ...(result.fakeCertificates.length === 0
        ? []
        : [`whoever issues certificates: self-signed ones lie in ${result.fakeCertificates.join(", ")}`]),
      ...result.cloud,
    ]),
  ];
}

/** Registry of the images of placeholder charts, which are named by chart. No name below .invalid can be resolved (RFC 2606). */
const PLACEHOLDER_CHARTS = "sandbox.invalid/";

function notInPods({ mode, cluster }: Reality): string[] {
  const images = cluster.placeholderImages.filter((image) => !image.startsWith(PLACEHOLDER_CHARTS));
  return [
    "the nodes' size: the scheduler counts with it, and all pods share this machine",
    "Istio's own build of Envoy: without it there is no istio_requests_total, for dashboards and canaries",
    ...(mode === "ambient"
      ? ["ztunnel, which cannot be had: calls between pods go in plain text, and past the waypoints"]
      : []),
    "a firewall between pods: NetworkPolicies are accepted, and hold nobody back",
    "a metrics server: autoscalers keep their minimum",
    ...(images.length === 0 ? [] : [`containers of other images, which only answer 200: ${images.join(", ")}`]),
  ];
}

function notWithoutPods(reason: string): string[] {
  return [
    `containers: no pod runs: ${reason}; pods are placed and marked ready by kwok`,
    "istiod: its webhooks are off, so nothing of Istio's is judged beyond its schema, and pods get no sidecar",
  ];
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? label : "").padEnd(LABEL_WIDTH)} ${line}`);
}
