import { z } from "zod";
import { resources } from "../../../schema/common.ts";

/** Log levels of Envoy. */
export const PROXY_LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;

/** What every sidecar and gateway is given. */
export const proxy = z.strictObject({
  resources: resources
    .prefault({ requests: { cpu: "10m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } })
    .describe("Requests and limits of a sidecar."),
  concurrency: z
    .int()
    .min(0)
    .max(64)
    .default(2)
    .describe("Worker threads of a sidecar; 0 takes as many as the CPU limit."),
  image: z
    .enum(["distroless", "default", "debug"])
    .default("distroless")
    .describe("Variant of Istio's images: `distroless` holds no shell, `debug` all the tools."),
  logLevel: z.enum(PROXY_LOG_LEVELS).default("warning").describe("Log level of the proxies."),
  drainSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(45)
    .describe(
      "Seconds over which a proxy sends its clients away when its listeners change or it ends. Istio's default.",
    ),
  terminationDrainSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(20)
    .describe(
      "Seconds that a sidecar goes on answering after its pod was told to stop; the pod's grace must be longer.",
    ),
  stats: z
    .strictObject({
      inclusionPrefixes: z.array(z.string().min(1)).default([]).describe("Begin of names of Envoy statistics to keep."),
      inclusionSuffixes: z.array(z.string().min(1)).default([]).describe("End of names of Envoy statistics to keep."),
      inclusionRegexps: z
        .array(z.string().min(1))
        .default([".*outlier_detection.*", ".*circuit_breakers.*", ".*upstream_rq_pending.*", ".*upstream_cx_active.*"])
        .describe(
          "Patterns (RE2, the whole name) of Envoy statistics to keep. Default: what shows ejected and saturated hosts.",
        ),
    })
    .prefault({})
    .describe(
      "Envoy statistics that proxies keep beside Istio's own (`proxyStatsMatcher`). Each one costs memory in every proxy.",
    ),
});
