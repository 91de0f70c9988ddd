import { z } from "zod";
import { cidr, dnsLabel } from "./common.ts";

const roleArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, "expected the ARN of an IAM role or user");

const nodeGroup = z
  .strictObject({
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, "expected an EC2 instance type such as m6i.xlarge")
      .default("m6i.large")
      .describe("EC2 instance type of the nodes."),
    min: z.int().min(1).default(3).describe("Nodes at the least."),
    desired: z
      .int()
      .min(1)
      .default(3)
      .describe("Nodes that run: no node autoscaler is installed, so this number is what scales the group."),
    max: z.int().min(1).default(6).describe("Nodes at the most."),
    capacityType: z
      .enum(["ON_DEMAND", "SPOT"])
      .default("ON_DEMAND")
      .describe("`SPOT` is cheaper and can be taken away with two minutes' notice."),
    diskSizeGiB: z.int().min(20).max(16384).default(50).describe("Size of a node's root volume, in GiB."),
  })
  .refine((group) => group.min <= group.desired && group.desired <= group.max, {
    error: "expected min <= desired <= max",
    path: ["desired"],
  });

/** The EKS cluster. Used only with `platform.kind: eks`. */
export const cluster = z.strictObject({
  name: dnsLabel.optional().describe("Name of the EKS cluster. Default: `ecommerce-mesh-<stack>`."),
  version: z
    .string()
    .regex(/^1\.\d{2}$/, 'expected a Kubernetes minor version such as "1.35" (quote it in YAML)')
    .default("1.35")
    .describe("Kubernetes minor version of control plane and nodes."),
  serviceCidr: cidr
    .default("172.20.0.0/16")
    .describe("Addresses of Kubernetes Services. Must not overlap the VPC: such Services could not be reached."),
  endpoint: z
    .strictObject({
      private: z.boolean().default(true).describe("API server reachable from inside the VPC."),
      publicCidrs: z
        .array(cidr)
        .default([])
        .describe("Networks that reach the API server from outside. Empty: no public endpoint."),
    })
    .prefault({})
    .describe("Who reaches the Kubernetes API server."),
  admins: z.array(roleArn).default([]).describe("IAM principals with cluster-admin rights, by access entry."),
  logs: z
    .array(z.enum(["api", "audit", "authenticator", "controllerManager", "scheduler"]))
    .default(["api", "audit", "authenticator", "controllerManager", "scheduler"])
    .describe("Control-plane logs that go to CloudWatch."),
  deletionProtection: z.boolean().default(false).describe("EKS refuses to delete the cluster, and Pulumi protects it."),
  nodeGroup: nodeGroup.prefault({}).describe("The managed node group."),
});

export type ClusterConfig = z.infer<typeof cluster>;
export type NodeGroupConfig = z.infer<typeof nodeGroup>;
