import { z } from "zod";
import { list, oneOf, resourcesOf, section, text, whole, withDefault } from "../../../schema/common.ts";

export const PROXY_LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;

/** What every sidecar and gateway is given. */
export const proxy = z.strictObject({
  resources: resourcesOf(["10m", "128Mi"], ["500m", "512Mi"]).describe("Requests and limits of a sidecar."),
  concurrency: whole(0, 64).default(2).describe("Worker threads of a sidecar; 0 takes as many as the CPU limit."),
  image: oneOf(["distroless", "default", "debug"], "distroless").describe(
    "Variant of Istio's images: `distroless` holds no shell, `debug` all the tools.",
  ),
  logLevel: oneOf(PROXY_LOG_LEVELS, "warning").describe("Log level of the proxies."),
  drainSeconds: withDefault(whole(1, 3600), 45).describe(
    "Seconds over which a proxy sends its clients away when its listeners change or it ends. Istio's default.",
  ),
  terminationDrainSeconds: withDefault(whole(1, 600), 20).describe(
    "Seconds that a sidecar goes on answering after its pod was told to stop; the pod's grace must be longer.",
  ),
  stats: section({
    inclusionPrefixes: list(text).describe("Begin of names of Envoy statistics to keep."),
    inclusionSuffixes: list(text).describe("End of names of Envoy statistics to keep."),
    inclusionRegexps: withDefault(z.array(text), [
      ".*outlier_detection.*",
      ".*circuit_breakers.*",
      ".*upstream_rq_pending.*",
      ".*upstream_cx_active.*",
    ]).describe(
      "Patterns (RE2, the whole name) of Envoy statistics to keep. Default: what shows ejected and saturated hosts.",
    ),
  }).describe(
    "Envoy statistics that proxies keep beside Istio's own (`proxyStatsMatcher`). Each one costs memory in every proxy.",
  ),
});
