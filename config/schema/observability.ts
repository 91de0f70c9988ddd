import { z } from "zod";
import { chart } from "./charts.ts";
import { resources } from "./common.ts";

const url = z.url({ protocol: /^https?$/, error: "expected an http or https address" });

const address = url
  .optional()
  .describe(
    "Address of one that you run already; the release is then not installed and the others use this one. Jaeger: the OTLP gRPC address, such as http://collector.monitoring:4317.",
  );

const small = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } } as const;
const medium = { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "2Gi" } } as const;

/** Fields that every addon has. */
function addon(source: { readonly version: string; readonly repository: string }, defaults: z.infer<typeof resources>) {
  return z.strictObject({
    enabled: z.boolean().default(true).describe("Install it."),
    address,
    chart: chart(source).describe("The Helm chart."),
    resources: resources.prefault(defaults).describe("Requests and limits of its main container."),
  });
}

const prometheus = addon(
  { version: "29.27.0", repository: "https://prometheus-community.github.io/helm-charts" },
  medium,
).extend({
  retentionDays: z.int().min(1).max(365).default(15).describe("Days that metrics are kept."),
});

/** Metrics, traces and the consoles that show them. */
export const observability = z.strictObject({
  prometheus: prometheus.prefault({}).describe("Metrics."),
  grafana: addon({ version: "12.11.1", repository: "https://grafana-community.github.io/helm-charts" }, small)
    .prefault({})
    .describe("Dashboards."),
  jaeger: addon({ version: "4.11.1", repository: "https://jaegertracing.github.io/helm-charts" }, small)
    .prefault({})
    .describe("Traces, received by OTLP."),
  kiali: addon({ version: "2.29.0", repository: "https://kiali.org/helm-charts" }, small)
    .prefault({})
    .describe("The console of the mesh."),
  tracing: z
    .strictObject({
      samplingPercent: z
        .number()
        .min(0)
        .max(100)
        .default(1)
        .describe("Share of requests that are traced, in per cent."),
    })
    .prefault({})
    .describe("Tracing."),
});

export type ObservabilityConfig = z.infer<typeof observability>;
export type AddonConfig = ObservabilityConfig["grafana"];
