import { z } from "zod";
import { cpuTarget, dnsLabel, port, replicas, resources } from "../common.ts";
import { call } from "./calls.ts";
import { route } from "./routes.ts";
import { image, path } from "./terms.ts";
import { version } from "./versions.ts";

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

export type ServiceSpec = z.infer<typeof service>;
