import { z } from "zod";
import { parseCidr } from "../kubernetes/cidr.ts";
import { isQuantity } from "../kubernetes/quantity.ts";

export const text = z.string().min(1);

/** Text of a form; `expected` is the message when it has another one. */
export function matching(form: RegExp, expected: string) {
  return z.string().regex(form, expected);
}

/** A switch and its default. */
export function flag(on: boolean) {
  return z.boolean().default(on);
}

/** A whole number between two bounds, both included. */
export function whole(min: number, max?: number) {
  const bounded = z.int().min(min);
  return max === undefined ? bounded : bounded.max(max);
}

/** One of some words, and the default. */
export function oneOf<const T extends string>(words: readonly T[], fallback: NoInfer<T>) {
  return z.enum(words as readonly [T, ...T[]]).default(fallback as never);
}

/** A list that is empty by default. */
export function list<T extends z.ZodType>(item: T) {
  return z.array(item).default([]);
}

/** A list of one item at least. */
export function nonEmpty<T extends z.ZodType>(item: T) {
  return z.array(item).min(1);
}

/** An object with a default for each of its keys, which may be left out as a whole. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never);
}

/** An object that may be left out. */
export function optionalSection<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape).optional();
}

/** An object with keys of the user's own, none by default. */
export function record<K extends z.core.$ZodRecordKey, V extends z.ZodType>(key: K, value: V) {
  return z.record(key, value).default({} as never);
}

/** A term that may be left out. */
export function optional<T extends z.ZodType>(term: T) {
  return term.optional();
}

/** A term and its default. */
export function withDefault<T extends z.ZodType>(term: T, value: z.util.NoUndefined<z.output<T>>) {
  return z._default(term, value);
}

/** The ARN of an AWS resource in a region. `what` names it in the message. */
export function arn(service: string, resource: string, what: string) {
  const form = new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}\\/.+$`);
  return matching(form, `expected the ARN of ${what}`);
}

/** Id of a hosted zone of Route 53. */
export const hostedZoneId = matching(
  /^Z[A-Z0-9]{5,31}$/,
  "expected the id of a Route 53 hosted zone such as Z0123456789ABCDEFGHIJ",
);

/** An address of the web. */
export const httpUrl = z.url({ protocol: /^https?$/, error: "expected an http or https address" });

/** An address of the web with TLS. */
export const httpsUrl = z.url({ protocol: /^https$/, error: "expected an https address" });

/** A DNS label of RFC 1123: what Kubernetes accepts as the name of a Service or namespace. */
export const dnsLabel = matching(
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
export const cidr = z
  .string()
  .refine(
    (text) => parseCidr(text) !== undefined,
    "expected an IPv4 network in CIDR notation without host bits, such as 10.0.0.0/16",
  );

/** A Kubernetes quantity, e.g. `500m` or `2Gi`. */
export const quantity = z.string().refine(isQuantity, "expected a Kubernetes quantity such as 500m, 2, 256Mi or 2Gi");

/** A tag of AWS's resources: keys of AWS's own are refused by every service. */
export const tags = z.record(
  matching(/^(?!aws:)/i, "expected a tag key that does not begin with aws:, which AWS keeps to itself").regex(
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
    "expected a tag key of 1 to 128 letters, digits, blanks or _.:/=+-@",
  ),
  matching(
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
    "expected a tag value of at most 256 letters, digits, blanks or _.:/=+-@",
  ),
);

export const port = whole(1, 65535);
export const percent = whole(0, 100);

/** What a HorizontalPodAutoscaler aims at. */
export const cpuTarget = percent
  .min(1)
  .default(80)
  .describe("CPU utilisation that the autoscaler aims at, in per cent of the request.");

/** Semantic version without a leading v, e.g. `1.30.7`. */
export const semver = matching(
  /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
  "expected a version of three numbers such as 1.30.7 (quote it in YAML)",
);

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

/** Requests and limits with defaults, each CPU and memory. */
export function resourcesOf(requests: readonly [string, string], limits: readonly [string, string]) {
  return resources.prefault({
    requests: { cpu: requests[0], memory: requests[1] },
    limits: { cpu: limits[0], memory: limits[1] },
  });
}

export type Resources = z.infer<typeof resources>;

/** Bounds of a HorizontalPodAutoscaler. */
export const replicas = z
  .strictObject({
    min: whole(1).describe("Pods at the least."),
    max: whole(1).describe("Pods at the most."),
  })
  .refine((bounds) => bounds.min <= bounds.max, { error: "expected min to be at most max", path: ["min"] });

export type Replicas = z.infer<typeof replicas>;

export const diskSizeGiB = whole(20, 16384)
  .default(50)
  .describe("Size of a node's root volume (gp3, encrypted), in GiB.");
