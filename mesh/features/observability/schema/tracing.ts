import { z } from "zod";
import { flag, httpUrl, matching, record, text, whole } from "../../../schema/common.ts";
import { addon, secretKey, small, volume } from "./addon.ts";

export const jaeger = addon("4.11.1", "https://jaegertracing.github.io/helm-charts", small).extend({
  maxTraces: whole(100).default(50_000).describe("Traces kept in memory, where there is no volume."),
  retentionHours: whole(1).default(72).describe("Hours that traces are kept on the volume."),
  volume: volume.prefault({}).describe("Where traces are kept. One pod owns the volume, so there is one."),
});

const keySecret = secretKey
  .optional()
  .describe("The key of the APM: a Secret that you keep. Required for `datadog`. Default: none is sent.");

const keyHeader = matching(/^[A-Za-z0-9-]+$/, "expected the name of a header")
  .default("api-key")
  .describe("Header that carries the key.");

const hostAndPort = matching(
  /^(https?:\/\/)?(\[[0-9a-fA-F:]+\]|[^\s/:]+):\d{1,5}$/,
  "expected host and port such as otel.example.com:4317 (an address with a path is for kind otlphttp)",
);

const exporter = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("otlp").describe("OTLP over gRPC."),
      endpoint: hostAndPort.describe("Host and port, such as otel.example.com:4317."),
      insecure: flag(false).describe("Without TLS."),
      keyHeader,
      keySecret,
    }),
    z.strictObject({
      kind: z.literal("otlphttp").describe("OTLP over HTTP."),
      endpoint: httpUrl.describe("Base address, such as https://otel.example.com."),
      keyHeader,
      keySecret,
    }),
    z.strictObject({
      kind: z.literal("datadog").describe("Datadog."),
      site: text.default("datadoghq.com").describe("Site of your account, such as datadoghq.eu."),
      keySecret,
    }),
  ],
  {
    error:
      "expected otlp, otlphttp or datadog (for any other backend: otlphttp, with the address at which it takes OTLP)",
  },
);

export const collector = addon("0.170.0", "https://open-telemetry.github.io/opentelemetry-helm-charts", {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
})
  .omit({ address: true })
  .extend({
    replicas: whole(1, 20).default(1).describe("Pods."),
    exporters: record(
      matching(/^[a-z][a-z0-9-]*$/, "expected lower case letters, digits and dashes"),
      exporter,
    ).describe("Where traces go beside Jaeger, by a name of yours."),
  });

export type ExporterConfig = z.infer<typeof exporter>;
