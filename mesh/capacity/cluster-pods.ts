import { dataPlaneOf } from "../features/data-plane/data-plane-of.ts";
import type { Resources } from "../schema/common.ts";
import { installsCertManager } from "../features/certificates/uses.ts";
import type { HelmRelease } from "../kubernetes/objects.ts";
import { privateCaIssuer } from "../features/certificates/releases.ts";
import { edgeReleases } from "../features/gateways/edge-releases.ts";
import { istioCsr } from "../features/certificates/istio-csr.ts";
import { karpenterReleases } from "../aws/karpenter/releases.ts";
import type { StackData } from "../stack/stack.ts";
import { podRequest, type PodSet } from "../kubernetes/pod-requests.ts";

/**
 * Pods of the cluster's own add-ons on EKS, with the requests that they come with. As of 2026-11.
 *
 * coredns, metrics-server, kube-proxy: defaults of the EKS add-ons. aws-node: chart aws-vpc-cni 1.22, and as much again for
 * its network policy agent. ebs-csi-*: chart aws-ebs-csi-driver, 10m and 40Mi for each of its 6 and 3 containers.
 * eks-pod-identity-agent asks for nothing.
 */
const MANAGED_ADDONS: readonly PodSet[] = [
  { name: "coredns", pods: 2, request: podRequest({ cpu: "100m", memory: "70Mi" }) },
  { name: "metrics-server", pods: 2, request: podRequest({ cpu: "100m", memory: "200Mi" }) },
  { name: "ebs-csi-controller", pods: 2, request: podRequest({ cpu: "60m", memory: "240Mi" }) },
];

/** One pod of each on every node of an EKS cluster. */
export const EKS_DAEMONS: readonly PodSet[] = [
  { name: "aws-node", pods: 1, request: podRequest({ cpu: "50m", memory: "0" }) },
  { name: "kube-proxy", pods: 1, request: podRequest({ cpu: "100m", memory: "0" }) },
  { name: "ebs-csi-node", pods: 1, request: podRequest({ cpu: "30m", memory: "120Mi" }) },
  { name: "eks-pod-identity-agent", pods: 1, request: podRequest() },
];

/** One pod of each on every node: the mesh's own, and on EKS the cluster's. A cluster that exists declares what is left. */
export function nodeDaemons(stack: StackData): PodSet[] {
  const { platform, mesh } = stack.config;
  return [
    ...(platform.kind === "eks" ? EKS_DAEMONS : []),
    ...(mesh.cni.enabled ? [{ name: "istio-cni", pods: 1, request: podRequest(mesh.cni.resources.requests) }] : []),
    ...dataPlaneOf(stack)
      .nodeProxies()
      .map(({ name, requests }) => ({ name, pods: 1, request: podRequest(requests) })),
  ];
}

/** Controllers of an EKS cluster that run beside the mesh, on the system pool: managed add-ons, load balancer, DNS, nodes. */
export function clusterControllers(stack: StackData): PodSet[] {
  const releases = [...edgeReleases(stack, ""), ...karpenterReleases(stack, "")];
  return [...MANAGED_ADDONS, ...releases.flatMap(releasePods)];
}

/** What issues certificates: also on a cluster that exists, where the stack brings it along. */
export function certificatePods(stack: StackData): PodSet[] {
  const { config } = stack;
  const { replicas, resources } = config.certificates.certManager;
  const parts = installsCertManager(config) ? ["controller", "webhook", "cainjector"] : [];
  const releases = [privateCaIssuer(stack), istioCsr(stack, "")].filter((release) => release !== undefined);
  return [
    ...parts.map((part) => ({
      name: `cert-manager's ${part}`,
      pods: replicas,
      request: podRequest(resources.requests),
    })),
    ...releases.flatMap(releasePods),
  ];
}

/** The pods of a release of one Deployment, whose values the model wrote itself; none for one that says nothing of pods. */
function releasePods({ name, values }: HelmRelease): PodSet[] {
  const { replicaCount, replicas, resources, controller } = values as ControllerValues;
  const requested = resources ?? controller?.resources;
  return requested === undefined
    ? []
    : [{ name, pods: replicaCount ?? replicas ?? 1, request: podRequest(requested.requests) }];
}

/** Charts call the same things by different names. */
interface ControllerValues {
  readonly replicaCount?: number;
  readonly replicas?: number;
  readonly resources?: Resources;
  readonly controller?: { readonly resources?: Resources };
}
