import { z } from "zod";
import { chart } from "../../../schema/charts.ts";
import { matching, oneOf, resourcesOf, section, text, whole } from "../../../schema/common.ts";

/**
 * The service that counts global rate limits: envoyproxy/ratelimit with Redis, or one that runs already and speaks Envoy's
 * protocol.
 */
export const rateLimitService = z.strictObject({
  address: matching(
    /^[a-z0-9][-a-z0-9]*\.[a-z0-9][-a-z0-9]*\.svc\.cluster\.local:\d{1,5}$/,
    "expected a Service of the cluster with its gRPC port, such as ratelimit.limits.svc.cluster.local:8081",
  )
    .optional()
    .describe(
      "Service and gRPC port of one that runs already. Default: where the catalog has global rate limits, the stack installs envoyproxy/ratelimit with Redis in the namespace `rate-limit`.",
    ),
  domain: text.optional().describe("Domain of its configuration. Default: the catalog's name."),
  failureMode: oneOf(["open", "closed"], "open").describe(
    "What becomes of requests while it does not answer: `open` lets them through uncounted, `closed` refuses them with 500.",
  ),
  timeoutMilliseconds: whole(1, 10_000).default(100).describe("Milliseconds that a request waits for its answer."),
  image: text
    .default("docker.io/envoyproxy/ratelimit:3fb70258")
    .describe("Image of envoyproxy/ratelimit. Its tags are commits; it has no releases."),
  replicas: whole(1, 50).default(2).describe("Pods of envoyproxy/ratelimit."),
  resources: resourcesOf(["50m", "64Mi"], ["500m", "256Mi"]).describe("Requests and limits of its container."),
  redis: section({
    replicas: whole(1, 9)
      .refine((pods) => pods !== 2, "expected 1, or 3 and more: of two, none is the majority when one is lost")
      .default(3)
      .describe("Pods of Redis, each with a Sentinel. 1: no failover, and the counts start again with the pod."),
    chart: chart("4.39.0", "https://dandydeveloper.github.io/charts").describe("Chart redis-ha: Redis with Sentinel."),
    resources: resourcesOf(["50m", "128Mi"], ["500m", "256Mi"]).describe(
      "Requests and limits of Redis itself; it keeps counts in three quarters of its memory limit.",
    ),
  }).describe("Redis, in which it counts. Not with `address`."),
});
