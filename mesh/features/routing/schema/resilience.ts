import { z } from "zod";
import { flag, matching, nonEmpty, optional, optionalSection, percent, whole } from "../../../schema/common.ts";
import { duration } from "../../../schema/terms.ts";

/** What Envoy can retry on (`x-envoy-retry-on` and `x-envoy-retry-grpc-on`), beside status codes. */
const RETRY_ON = [
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "retriable-4xx",
  "refused-stream",
  "retriable-status-codes",
  "retriable-headers",
  "envoy-ratelimited",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
] as const;

const retryOn = z.union([
  z.enum(RETRY_ON),
  matching(/^[45]\d\d$/, `expected a status code such as "503", or one of ${RETRY_ON.join(", ")}`),
]);

/** What the caller's sidecar does when a request fails. */
export const retries = z.strictObject({
  attempts: whole(0, 10).describe("Retries after the first try; 0 turns them off."),
  perTryTimeout: duration.optional().describe("Time of one try, the first included. Default: that of the request."),
  retryOn: nonEmpty(retryOn).optional().describe("When to try again. Default: Istio's."),
  cutShort: flag(false).describe(
    "The timeout may end the request before the last retry has had its time. Numbers for which that happens are refused without it.",
  ),
});

/** Bounds on what callers may have open at a time: the circuit breaker. Every number holds for one calling proxy. */
export const connectionPool = z.strictObject({
  tcp: optionalSection({
    maxConnections: whole(1).optional().describe("Connections to all pods together."),
    connectTimeout: duration.optional().describe("Time to connect."),
    idleTimeout: duration.optional().describe("A connection without traffic for this long is closed."),
    maxConnectionDuration: duration.optional().describe("A connection older than this is closed."),
    tcpKeepalive: optionalSection({
      time: duration.optional().describe("Silence before the first probe."),
      interval: duration.optional().describe("Time between probes."),
      probes: whole(1).optional().describe("Probes without an answer before the connection counts as dead."),
    }).describe("Keepalive probes of TCP."),
  }).describe("Connections."),
  http: optionalSection({
    http1MaxPendingRequests: whole(1).optional().describe("Requests that wait for a connection."),
    http2MaxRequests: whole(1).optional().describe("Requests at a time, of HTTP/1.1 too."),
    maxRequestsPerConnection: whole(1).optional().describe("Requests before a connection is closed."),
    maxRetries: whole(1).optional().describe("Retries at a time."),
    idleTimeout: duration.optional().describe("A connection without requests for this long is closed."),
    h2UpgradePolicy: optional(z.enum(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"])).describe(
      "Whether HTTP/1.1 between the sidecars becomes HTTP/2.",
    ),
  }).describe("Requests."),
});

/** When a pod that fails gets no requests for a while. */
export const outlierDetection = z.strictObject({
  consecutive5xxErrors: whole(0).optional().describe("Failures in a row; 0 turns this one off."),
  consecutiveGatewayErrors: whole(0).optional().describe("The same for 502, 503 and 504."),
  interval: duration.optional().describe("Time between two looks."),
  baseEjectionTime: duration.optional().describe("Time out, times the number of times that the pod has been out."),
  maxEjectionPercent: percent.optional().describe("Share of the pods that may be out at a time, in per cent."),
  minHealthPercent: optional(percent).describe(
    "Below this share of healthy pods, in per cent, no pod is put out any more.",
  ),
});

export type RetriesSpec = z.infer<typeof retries>;
export type ConnectionPoolSpec = z.infer<typeof connectionPool>;
export type OutlierDetectionSpec = z.infer<typeof outlierDetection>;
