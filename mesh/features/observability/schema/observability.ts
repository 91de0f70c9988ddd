import { z } from "zod";
import { flag, whole } from "../../../schema/common.ts";
import { access } from "./access.ts";
import { addon, small } from "./addon.ts";
import { alertmanager, kubeStateMetrics, prometheus, prometheusOperator } from "./metrics.ts";
import { accessLogs, alerts, metrics, tracing } from "./telemetry.ts";
import { collector, jaeger } from "./tracing.ts";

export type { SecretKey, VolumeConfig } from "./addon.ts";
export type { CustomTag, MetricOverride, ServiceTelemetry } from "./telemetry.ts";
export type { ExporterConfig } from "./tracing.ts";

export const observability = z.strictObject({
  prometheus: prometheus.prefault({}).describe("Metrics."),
  prometheusOperator: prometheusOperator.prefault({}).describe("What `prometheus.kind: operator` adds."),
  alertmanager: alertmanager.prefault({}).describe("Where alerts are sent on."),
  kubeStateMetrics: kubeStateMetrics.prefault({}).describe("Metrics of Kubernetes' objects."),
  grafana: addon("12.11.1", "https://grafana-community.github.io/helm-charts", small)
    .prefault({})
    .describe("Dashboards. One pod without a volume: all that it shows is made by the stack."),
  jaeger: jaeger.prefault({}).describe("Traces."),
  collector: collector.prefault({}).describe("The OpenTelemetry collector between the proxies and where traces go."),
  kiali: addon("2.29.0", "https://kiali.org/helm-charts", small)
    .extend({
      replicas: whole(1, 3).default(1).describe("Pods."),
      viewOnly: flag(true).describe(
        "Show and change nothing: what somebody changes by hand, the next `up` would take back.",
      ),
    })
    .prefault({})
    .describe("The console of the mesh."),
  tracing: tracing.prefault({}).describe("Tracing."),
  metrics: metrics.prefault({}).describe("Istio's metrics."),
  accessLogs: accessLogs.prefault({}).describe("Access logs of the proxies, as JSON on their standard output."),
  alerts: alerts.prefault({}).describe("Alerts and the objectives behind them."),
  access: access.prefault({}).describe("Consoles behind the ingress gateway."),
});

export type ObservabilityConfig = z.infer<typeof observability>;
export type AddonConfig = Pick<ObservabilityConfig["grafana"], "enabled" | "address" | "chart" | "resources">;
