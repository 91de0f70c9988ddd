import { z } from "zod";
import { cpuTarget, dnsLabel, hostName, percent, port, replicas, resources } from "./common.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const image = z
  .string()
  .regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/, "expected a container image reference");

const path = z.string().startsWith("/", "expected a path that starts with /");

const methods = z.array(z.enum(METHODS)).min(1);

/** Paths of an AuthorizationPolicy: exact, or with one `*` at the end. */
const policyPath = path.regex(/^[^*]*\*?$/, "expected a path with at most one *, at its end");

const call = z.strictObject({
  to: dnsLabel.describe("The service that is called."),
  methods: methods.describe("HTTP methods that the caller uses; all others are refused."),
  paths: z.array(policyPath).min(1).describe("Paths that the caller uses: exact, or a prefix that ends in `*`."),
});

const route = z.strictObject({
  prefix: path
    .regex(/^\/$|[^/]$/, "expected a prefix without a slash at its end: /products also matches /products/")
    .describe("Requests whose path is this, or lies below it, go to the service."),
  allow: z
    .union([
      z.literal("none"),
      z.strictObject({
        methods: methods.optional().describe("HTTP methods. Default: every one."),
        paths: z
          .array(policyPath)
          .min(1)
          .optional()
          .describe("Paths, exact or a prefix that ends in `*`. Default: all below the prefix."),
      }),
    ])
    .default({})
    .describe(
      "What the gateway may ask for: by default every method on the prefix. `none`: routed, but the service refuses all but health checks.",
    ),
});

const version = z.strictObject({
  image: image.optional().describe("Image of this version. Default: the service's."),
  weight: percent.optional().describe("Share of the requests, in per cent. Default: 100 for the only version."),
  replicas: replicas.optional().describe("Bounds of this version's autoscaler. Default: the service's."),
  env: z.record(z.string(), z.string()).default({}).describe("Environment of this version, beside the service's."),
});

/** One microservice: what it is, what it calls, and what calls it from outside. */
export const service = z.strictObject({
  image: image.default("nicholasjackson/fake-service:v0.26.2").describe("Container image."),
  port: port.default(8080).describe("Port that the container listens on, and port of the Service."),
  versions: z
    .record(dnsLabel, version)
    .refine((versions) => Object.keys(versions).length > 0, { error: "expected at least one version" })
    .prefault({ v1: {} })
    .describe("Versions that run at the same time, each a Deployment and a subset."),
  replicas: replicas
    .prefault({ min: 2, max: 4 })
    .describe("Bounds of the autoscaler of every version. Equal bounds: a fixed number, and no autoscaler."),
  cpuTarget,
  resources: resources
    .prefault({ requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } })
    .describe("Requests and limits of the container."),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe("Environment of the container, beside what the catalog gives."),
  loadBalancing: z
    .enum(["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"])
    .default("ROUND_ROBIN")
    .describe("How callers choose among the pods."),
  probes: z
    .strictObject({
      liveness: path.default("/health").describe("Path of the liveness probe."),
      readiness: path.default("/ready").describe("Path of the readiness probe."),
    })
    .prefault({})
    .describe("Paths that the kubelet and the gateway's health checks ask."),
  routes: z.array(route).default([]).describe("Paths of the gateway that lead here."),
  calls: z.array(call).default([]).describe("What the service calls. Routes and policies follow from it."),
});

/** An application: its services and where the gateway answers for it. */
export const catalog = z.strictObject({
  name: dnsLabel.describe("Name of the application, equal to the file's."),
  namespace: dnsLabel.describe("Namespace of its workloads."),
  hosts: z.array(hostName).min(1).describe("Host names that the gateway answers."),
  services: z
    .record(dnsLabel, service)
    .refine((services) => Object.keys(services).length > 0, { error: "expected at least one service" })
    .describe("The services by name; the name is that of the Kubernetes Service."),
});

export type Catalog = z.infer<typeof catalog>;
export type ServiceSpec = z.infer<typeof service>;
export type VersionSpec = z.infer<typeof version>;
export type CallSpec = z.infer<typeof call>;
export type RouteSpec = z.infer<typeof route>;
