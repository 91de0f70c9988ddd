import { z } from "zod";
import { parseCidr } from "../kubernetes/cidr.ts";
import { isQuantity } from "../kubernetes/quantity.ts";

/** A DNS label of RFC 1123: what Kubernetes accepts as the name of a Service or namespace. */
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "expected a DNS label (lower case letters, digits and dashes, at most 63)",
  );

/** A host name, with or without a leading `*.`. */
export const hostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
    "expected a host name such as shop.example.com",
  );

/** An IPv4 network in CIDR notation with no host bits set. */
export const cidr = z.string().refine((text) => parseCidr(text) !== undefined, {
  error: "expected an IPv4 network in CIDR notation without host bits, such as 10.0.0.0/16",
});

/** A Kubernetes quantity, e.g. `500m` or `2Gi`. */
export const quantity = z.string().refine(isQuantity, {
  error: "expected a Kubernetes quantity such as 500m, 2, 256Mi or 2Gi",
});

/** A tag of AWS's resources: keys of AWS's own are refused by every service. */
export const tags = z.record(
  z
    .string()
    .regex(/^(?!aws:)/i, "expected a tag key that does not begin with aws:, which AWS keeps to itself")
    .regex(
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
      "expected a tag key of 1 to 128 letters, digits, blanks or _.:/=+-@",
    ),
  z
    .string()
    .regex(
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
      "expected a tag value of at most 256 letters, digits, blanks or _.:/=+-@",
    ),
);

/** A TCP port. */
export const port = z.int().min(1).max(65535);

/** A whole per cent. */
export const percent = z.int().min(0).max(100);

/** What a HorizontalPodAutoscaler aims at. */
export const cpuTarget = percent
  .min(1)
  .default(80)
  .describe("CPU utilisation that the autoscaler aims at, in per cent of the request.");

/** Semantic version without a leading v, e.g. `1.30.7`. */
export const semver = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, "expected a version of three numbers such as 1.30.7 (quote it in YAML)");

/** Requests and limits of one container. */
export const resources = z.strictObject({
  requests: z
    .strictObject({
      cpu: quantity.describe("CPU that the scheduler reserves, in cores (`500m` is half a core)."),
      memory: quantity.describe("Memory that the scheduler reserves, in bytes (`Mi`, `Gi`)."),
    })
    .describe("What the scheduler reserves on the node."),
  limits: z
    .strictObject({
      cpu: quantity.describe("CPU above which the container is throttled, in cores."),
      memory: quantity.describe("Memory above which the container is killed, in bytes."),
    })
    .describe("What the container may use at most."),
});

export type Resources = z.infer<typeof resources>;

/** Bounds of a HorizontalPodAutoscaler. */
export const replicas = z
  .strictObject({
    min: z.int().min(1).describe("Pods at the least."),
    max: z.int().min(1).describe("Pods at the most."),
  })
  .refine((bounds) => bounds.min <= bounds.max, { error: "expected min to be at most max", path: ["min"] });

export type Replicas = z.infer<typeof replicas>;

/** Size of a node's root volume. */
export const diskSizeGiB = z
  .int()
  .min(20)
  .max(16384)
  .default(50)
  .describe("Size of a node's root volume (gp3, encrypted), in GiB.");
