import type { ExporterConfig, ObservabilityConfig } from "./schema/observability.ts";
import type { HelmValue, HelmValues } from "../../kubernetes/objects.ts";
import { spreadByHost, spreadByZone } from "../../releases/placement.ts";
import { ADDON_PORTS, jaegerOtlp } from "./addons/addresses.ts";

const LABELS = { "app.kubernetes.io/name": "opentelemetry-collector" } as const;

/** The pod's own address, which the chart puts into its environment. */
const HERE = "${env:MY_POD_IP}";

/** Ports of the chart's for protocols that nobody sends. */
const UNUSED_PORTS = ["jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"] as const;

/** The collector's own names of the exporters. It still takes `otlp` and `otlphttp`, with a warning for each. */
const COMPONENTS = { otlp: "otlp_grpc", otlphttp: "otlp_http", datadog: "datadog" } as const;

/** Values of the chart opentelemetry-collector: a Deployment that takes OTLP and hands traces on. */
export function collectorValues(observability: ObservabilityConfig, pool: HelmValues): HelmValues {
  const { collector } = observability;
  return {
    mode: "deployment",
    // Contrib, because the core distribution has no exporter for Datadog.
    image: { repository: "otel/opentelemetry-collector-contrib" },
    replicaCount: collector.replicas,
    resources: collector.resources,
    // For `prometheus.kind: server`, which finds the pods by these; the operator has a PodMonitor.
    podAnnotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8888" },
    ...pool,
    affinity: spreadByHost(LABELS),
    topologySpreadConstraints: spreadByZone(LABELS),
    podDisruptionBudget: { enabled: collector.replicas > 1, maxUnavailable: 1 },
    podSecurityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ports: {
      metrics: { enabled: true },
      ...Object.fromEntries(UNUSED_PORTS.map((port) => [port, { enabled: false }])),
    },
    extraEnvs: keyVariables(collector.exporters),
    // In place of the chart's configuration, which would be merged with ours and take protocols that nobody sends.
    alternateConfig: collectorConfig(observability),
  };
}

/** The collector's configuration: OTLP in, Jaeger and every exporter out. */
export function collectorConfig(observability: ObservabilityConfig): HelmValues {
  const exporters = exportersOf(observability);
  return {
    extensions: { health_check: { endpoint: `${HERE}:13133` } },
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `${HERE}:${ADDON_PORTS.otlpGrpc}` },
          http: { endpoint: `${HERE}:${ADDON_PORTS.otlpHttp}` },
        },
      },
    },
    processors: {
      // First in line: what cannot be taken is refused, and the proxies drop it, before the pod is killed for its memory.
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
      batch: {},
    },
    exporters,
    service: {
      extensions: ["health_check"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: Object.keys(exporters) },
      },
      telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { host: HERE, port: 8888 } } } }] } },
    },
  };
}

function exportersOf(observability: ObservabilityConfig): Record<string, HelmValue> {
  const jaeger = jaegerOtlp(observability);
  const others = Object.entries(observability.collector.exporters).map(
    ([name, exporter]) => [`${COMPONENTS[exporter.kind]}/${name}`, exporterConfig(name, exporter)] as const,
  );
  return {
    ...(jaeger !== undefined && {
      "otlp_grpc/jaeger": { endpoint: `${jaeger.host}:${jaeger.port}`, tls: { insecure: true } },
    }),
    ...Object.fromEntries(others),
  };
}

function exporterConfig(name: string, exporter: ExporterConfig): HelmValue {
  const key = `\${env:${keyVariable(name)}}`;
  if (exporter.kind === "datadog") {
    return { api: { site: exporter.site, key } };
  }
  return {
    endpoint: exporter.endpoint,
    ...(exporter.kind === "otlp" && exporter.insecure && { tls: { insecure: true } }),
    ...(exporter.keySecret !== undefined && { headers: { [exporter.keyHeader]: key } }),
  };
}

/** Keys come from Secrets into the environment: they stand neither in the values nor in the configuration. */
function keyVariables(exporters: ObservabilityConfig["collector"]["exporters"]): HelmValue {
  return Object.entries(exporters).flatMap(([name, { keySecret }]) =>
    keySecret === undefined ? [] : [{ name: keyVariable(name), valueFrom: { secretKeyRef: keySecret } }],
  );
}

function keyVariable(exporter: string): string {
  return `APM_KEY_${exporter.toUpperCase().replaceAll("-", "_")}`;
}
