import { z } from "zod";
import { flag, httpUrl, list, matching, oneOf, optional, record, text, whole } from "../../../schema/common.ts";

const SHARE = "expected a share in per cent, from 0 to 100 (0.1 is one request in a thousand)";

const percentage = z.number().min(0, SHARE).max(100, SHARE);

/** A tag of every span. The check `observability` demands exactly one source. */
const customTag = z.strictObject({
  header: text.optional().describe("Request header whose value it takes."),
  environment: text.optional().describe("Environment variable of the proxy whose value it takes."),
  literal: text.optional().describe("Fixed value."),
  default: text.optional().describe("Value where header or variable are not there."),
});

export type CustomTag = z.infer<typeof customTag>;

export const customTags = z.record(matching(/^[\w.]+$/, "expected letters, digits, _ and ."), customTag);

/** Istio's standard metrics, as the Telemetry API names them. Source: istio.io/api v1.30 telemetry.proto. */
export const TELEMETRY_METRICS = [
  "ALL_METRICS",
  "REQUEST_COUNT",
  "REQUEST_DURATION",
  "REQUEST_SIZE",
  "RESPONSE_SIZE",
  "TCP_OPENED_CONNECTIONS",
  "TCP_CLOSED_CONNECTIONS",
  "TCP_SENT_BYTES",
  "TCP_RECEIVED_BYTES",
  "GRPC_REQUEST_MESSAGES",
  "GRPC_RESPONSE_MESSAGES",
] as const;

const tagName = matching(/^[a-z_][a-z0-9_]*$/, "expected a label of Prometheus: lower case letters, digits and _");

const metricOverride = z.strictObject({
  metric: z.enum(TELEMETRY_METRICS).describe("The metric."),
  reporter: oneOf(["CLIENT", "SERVER", "CLIENT_AND_SERVER"], "CLIENT_AND_SERVER").describe(
    "Which side's metric: the caller's, the callee's or both.",
  ),
  disabled: flag(false).describe("Leave the metric out."),
  set: record(tagName, text).describe("Labels and the CEL expression that gives their value, such as `response.code`."),
  remove: list(tagName).describe("Labels to leave out."),
});

export type MetricOverride = z.infer<typeof metricOverride>;

export const metricOverrides = z.array(metricOverride);

const samplingPercent = percentage.describe("Share of requests that are traced, in per cent.");

export const tracing = z.strictObject({
  samplingPercent: samplingPercent.default(1),
  customTags: customTags
    .default({ user_id: { header: "x-user-id" }, request_id: { header: "x-request-id" } })
    .describe("Tags of every span, by name; each has exactly one source."),
});

export const metrics = z.strictObject({
  overrides: metricOverrides
    .default([
      {
        metric: "REQUEST_COUNT",
        reporter: "CLIENT_AND_SERVER",
        disabled: false,
        set: { response_code: "response.code" },
        remove: [],
      },
    ])
    .describe("Changes of Istio's standard metrics."),
});

const accessLogMode = z
  .enum(["all", "filtered", "none"])
  .describe("`filtered` leaves out health checks that went well; errors are always kept.");

export const accessLogs = z.strictObject({
  mode: accessLogMode.default("filtered"),
  ignorePaths: list(z.string().startsWith("/", "expected a path that starts with /")).describe(
    "Paths that are left out like health checks, beside the probes' of the catalog.",
  ),
  filter: text.optional().describe("A CEL expression of your own in place of that filter: what it accepts is logged."),
});

export const serviceTelemetry = z.strictObject({
  samplingPercent: samplingPercent.optional(),
  customTags: customTags.default({}).describe("Tags of its spans, beside the mesh's."),
  metrics: metricOverrides.default([]).describe("Changes of its metrics, beside the mesh's."),
  accessLogs: accessLogMode.optional(),
  slo: z
    .strictObject({
      availabilityPercent: z.number().min(50).max(99.999).optional().describe("Share of requests without a 5xx."),
      latencyMs: whole(1).optional().describe("99 of 100 requests are answered within these milliseconds."),
    })
    .default({})
    .describe("Its objectives, where they differ from the stack's."),
});

export type ServiceTelemetry = z.infer<typeof serviceTelemetry>;

export const alerts = z.strictObject({
  enabled: flag(true).describe("Install the rules."),
  availabilityPercent: z
    .number()
    .min(50)
    .max(99.999)
    .default(99.9)
    .describe("Objective of every service: share of requests without a 5xx over 30 days."),
  latencyMs: whole(1).default(500).describe("99 of 100 requests to a service are answered within these milliseconds."),
  runbooks: optional(httpUrl).describe(
    "Address at which your people read docs/operations.md; then each alert links to its section. Default: alerts name file and section.",
  ),
});
