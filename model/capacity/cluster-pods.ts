import type { Resources } from "../../config/schema/common.ts";
import type { HelmRelease } from "../objects.ts";
import { edgeReleases } from "../releases/edge.ts";
import type { StackData } from "../stack.ts";
import { podRequest, type PodSet } from "./requests.ts";

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

/** One pod of each on every node. */
export const NODE_DAEMONS: readonly PodSet[] = [
  { name: "aws-node", pods: 1, request: podRequest({ cpu: "50m", memory: "0" }) },
  { name: "kube-proxy", pods: 1, request: podRequest({ cpu: "100m", memory: "0" }) },
  { name: "ebs-csi-node", pods: 1, request: podRequest({ cpu: "30m", memory: "120Mi" }) },
  { name: "eks-pod-identity-agent", pods: 1, request: podRequest() },
];

/** Controllers of an EKS cluster that run beside the mesh, on the system pool: managed add-ons, load balancer, DNS. */
export function clusterControllers(stack: StackData): PodSet[] {
  return [...MANAGED_ADDONS, ...edgeReleases(stack, "").map(releasePods)];
}

/** The pods of a release of one Deployment, whose values the model wrote itself. */
function releasePods({ name, values }: HelmRelease): PodSet {
  const { replicaCount = 1, resources } = values as { replicaCount?: number; resources?: Resources };
  return { name, pods: replicaCount, request: podRequest(...(resources === undefined ? [] : [resources.requests])) };
}
