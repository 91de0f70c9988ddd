import { z } from "zod";
import { cidr, flag, list, matching, oneOf, optionalSection, section, withDefault } from "../../schema/common.ts";

const awsId = (prefix: string) =>
  matching(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `expected an id such as ${prefix}-0123456789abcdef0`);

/** Services that pods and nodes reach without leaving AWS's network, by an interface in each zone. */
export const INTERFACE_ENDPOINTS = [
  "ecr.api",
  "ecr.dkr",
  "sts",
  "ec2",
  "eks",
  "eks-auth",
  "logs",
  "elasticloadbalancing",
  "sqs",
  "ssm",
] as const;

/** Interface endpoints without which a node in a VPC without NAT does not join: images, addresses, credentials. */
export const ENDPOINTS_OF_CLOSED_NODES = ["ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"] as const;

/** What Karpenter needs beside these, in such a VPC: its cluster, its queue, and the releases of the image. */
export const ENDPOINTS_OF_KARPENTER = ["eks", "sqs", "ssm"] as const;

export const network = z.strictObject({
  cidr: cidr
    .default("10.0.0.0/16")
    .describe("Addresses of the VPC. /16 to /20: pods take their addresses from it too."),
  nat: oneOf(["none", "single", "perZone"], "perZone").describe(
    "NAT gateways: `perZone` survives the loss of a zone, `single` is cheaper and does not, `none` cuts the nodes off the internet.",
  ),
  subnets: optionalSection({
    public: z.array(cidr).describe("One network for each zone, in the order of `platform.zones`."),
    private: z.array(cidr).describe("One network for each zone, in the order of `platform.zones`."),
    intra: z.array(cidr).describe("One network for each zone, for the control plane's network interfaces."),
  }).describe("Subnets by hand. Default: planned from `network.cidr`, the private ones as large as fits."),
  endpoints: section({
    gateway: withDefault(z.array(z.enum(["s3"])), ["s3"]).describe(
      "Gateway endpoints: free, and image layers come from S3.",
    ),
    interface: list(z.enum(INTERFACE_ENDPOINTS)).describe(
      "Interface endpoints: an hourly price in each zone, and no way out needed for these services. `eks-auth` is Pod Identity's.",
    ),
  }).describe("VPC endpoints."),
  flowLogs: section({
    enabled: flag(true).describe("Record accepted and rejected connections in CloudWatch."),
    retentionDays: withDefault(
      z.union([z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)]),
      30,
    ).describe("Days that they are kept."),
  }).describe(
    "VPC flow logs, encrypted with `cluster.encryptionKeyArn` or, where that is not given, with the stack's own key.",
  ),
  existing: optionalSection({
    vpcId: awsId("vpc").describe("Id of the VPC."),
    publicSubnetIds: z.array(awsId("subnet")).min(2).describe("One for each zone, in the order of `platform.zones`."),
    privateSubnetIds: z.array(awsId("subnet")).min(2).describe("One for each zone, in the order of `platform.zones`."),
    intraSubnetIds: z
      .array(awsId("subnet"))
      .min(2)
      .optional()
      .describe("For the control plane. Default: the private ones."),
  }).describe(
    "A VPC that exists, with its own subnets, routes and tags: nothing of it is made, and the other keys of `network` must be left out.",
  ),
});

export type NetworkConfig = z.infer<typeof network>;
