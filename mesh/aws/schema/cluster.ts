import { z } from "zod";
import {
  arn,
  cidr,
  dnsLabel,
  flag,
  list,
  matching,
  oneOf,
  optional,
  section,
  tags,
  withDefault,
} from "../../schema/common.ts";
import { karpenter } from "./karpenter.ts";
import { nodePool } from "./node-pool.ts";

const principalArn = matching(
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/,
  "expected the ARN of an IAM role or user",
);

export const CLUSTER_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

const retention = z.union([7, 14, 30, 90, 180, 365].map((days) => z.literal(days)));

export const cluster = z.strictObject({
  name: dnsLabel.optional().describe("Name of the EKS cluster. Default: `ecommerce-mesh-<stack>`."),
  version: matching(/^1\.\d{2}$/, 'expected a Kubernetes minor version such as "1.35" (quote it in YAML)')
    .default("1.35")
    .describe("Kubernetes minor version of control plane and nodes."),
  serviceCidr: cidr
    .default("172.20.0.0/16")
    .describe("Addresses of Kubernetes Services. Must not overlap the VPC: such Services could not be reached."),
  endpoint: section({
    private: flag(true).describe("API server reachable from inside the VPC."),
    publicCidrs: list(cidr).describe("Networks that reach the API server from outside. Empty: no public endpoint."),
  }).describe("Who reaches the Kubernetes API server."),
  access: section({
    admins: list(principalArn).describe(
      "Cluster-admin rights. Not who makes the cluster: EKS gives that one an entry, and refuses a second.",
    ),
    deployers: list(principalArn).describe("May change what is in namespaces, not the cluster."),
    viewers: list(principalArn).describe("May read everything but Secrets."),
  }).describe("IAM principals that may use the cluster, by access entry."),
  encryptionKeyArn: optional(arn("kms", "key", "a KMS key")).describe(
    "KMS key that encrypts Secrets, logs and volumes. Default: one made by the stack, rotated every year.",
  ),
  logs: withDefault(z.array(z.enum(CLUSTER_LOGS)), [...CLUSTER_LOGS]).describe(
    "Control-plane logs that go to CloudWatch.",
  ),
  logRetentionDays: retention.default(90).describe("Days that the control-plane logs are kept."),
  deletionProtection: flag(false).describe("EKS refuses to delete the cluster, and Pulumi protects it."),
  supportType: oneOf(["STANDARD", "EXTENDED"], "STANDARD").describe(
    "What EKS does at the end of standard support: `STANDARD` upgrades by itself, `EXTENDED` costs six times as much an hour.",
  ),
  zonalShift: flag(true).describe("Let AWS move traffic away from a zone that fails."),
  tags: tags
    .default({})
    .describe("Tags of the EKS cluster alone, beside those of `tags`, which everything in AWS carries."),
  systemPool: nodePool({ instanceType: "m6i.xlarge", size: 3, max: 6 })
    .prefault({})
    .describe("Tainted nodes for istiod, gateways and addons."),
  workloadPool: nodePool({ instanceType: "m6i.large", size: 3, max: 9 })
    .prefault({})
    .describe("Nodes for the application."),
  karpenter: karpenter.prefault({}).describe("Nodes for the application that come and go with the load."),
});

export type ClusterConfig = z.infer<typeof cluster>;
