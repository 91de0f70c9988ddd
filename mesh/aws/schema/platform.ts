import { z } from "zod";
import { matching, optional, quantity, text, whole } from "../../schema/common.ts";

const eks = z.strictObject({
  kind: z.literal("eks").describe("Build a VPC and an EKS cluster on AWS."),
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "expected an AWS region such as eu-west-1").describe(
    "AWS region of everything in the stack.",
  ),
  zones: z
    .array(matching(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "expected an availability zone such as eu-west-1a"))
    .min(2, "expected at least two availability zones: EKS refuses one, and losing it would lose the mesh")
    .max(6)
    .describe("Availability zones. Three let the mesh lose one and keep a quorum."),
});

const kubeconfig = z.strictObject({
  kind: z.literal("kubeconfig").describe("Use a cluster that exists: kind, k3d, or any other."),
  path: optional(text).describe(
    "Path of the kubeconfig file. Default: what kubectl would use (KUBECONFIG, then ~/.kube/config).",
  ),
  context: text.optional().describe("Context in that file. Default: its current context."),
  nodes: z
    .strictObject({
      count: whole(1, 100).describe("Number of nodes."),
      cpu: quantity.describe("Allocatable CPU of each node, in cores."),
      memory: quantity.describe("Allocatable memory of each node, in bytes."),
      zones: whole(1, 6).default(1).describe("Number of zones that the nodes are spread over."),
    })
    .prefault({ count: 3, cpu: "4", memory: "8Gi", zones: 1 })
    .describe("What the cluster has: the sandbox plays a cluster of this shape."),
});

export const platform = z.discriminatedUnion(
  "kind",
  [eks, kubeconfig],
  "expected kind: eks (build a cluster) or kind: kubeconfig (use one that exists)",
);

export type Platform = z.infer<typeof platform>;
export type EksPlatform = z.infer<typeof eks>;
export type KubeconfigPlatform = z.infer<typeof kubeconfig>;
