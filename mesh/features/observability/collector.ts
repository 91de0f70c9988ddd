import type { ExporterConfig, ObservabilityConfig, SecretKey } from "./schema/observability.ts";
import type { HelmValue, HelmValues } from "../../kubernetes/objects.ts";
import { spreadByHost, spreadByZone } from "../../releases/placement.ts";
import { ADDON_PORTS, jaegerOtlp } from "./addons/addresses.ts";

const LABELS = { "app.kubernetes.io/name": "opentelemetry-collector" } as const;

/** The pod's own address, which the chart puts into its environment. */
const HERE = "${env:MY_POD_IP}";

/** What the collector calls the exporters. It still takes `otlp` and `otlphttp`, with a warning for each. */
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
    // For `prometheus.kind: server`, which finds whom to ask by these; the operator has a PodMonitor.
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
      "jaeger-compact": { enabled: false },
      "jaeger-thrift": { enabled: false },
      "jaeger-grpc": { enabled: false },
      zipkin: { enabled: false },
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
  return {
    ...(jaeger === undefined
      ? {}
      : { "otlp_grpc/jaeger": { endpoint: `${jaeger.host}:${jaeger.port}`, tls: { insecure: true } } }),
    ...Object.fromEntries(
      Object.entries(observability.collector.exporters).map(([name, exporter]) => [
        `${COMPONENTS[exporter.kind]}/${name}`,
        exporterConfig(name, exporter),
      ]),
    ),
  };
}

function exporterConfig(name: string, exporter: ExporterConfig): HelmValue {
  const headers: Record<string, HelmValue> =
    exporter.keySecret === undefined || exporter.kind === "datadog"
      ? {}
      : { headers: { [exporter.keyHeader]: `\${env:${keyVariable(name)}}` } };
  switch (exporter.kind) {
    case "otlp":
      return {
        endpoint: exporter.endpoint,
        ...(exporter.insecure ? { tls: { insecure: true } } : {}),
        ...headers,
      };
    case "otlphttp":
      return { endpoint: exporter.endpoint, ...headers };
    case "datadog":
      return { api: { site: exporter.site, key: `\${env:${keyVariable(name)}}` } };
  }
}

/** Keys come from Secrets into the environment: they stand neither in the values nor in the configuration. */
function keyVariables(exporters: ObservabilityConfig["collector"]["exporters"]): HelmValue {
  return Object.entries(exporters)
    .filter((entry): entry is [string, ExporterConfig & { keySecret: SecretKey }] => entry[1].keySecret !== undefined)
    .map(([name, { keySecret }]) => ({
      name: keyVariable(name),
      valueFrom: { secretKeyRef: { name: keySecret.name, key: keySecret.key } },
    }));
}

function keyVariable(exporter: string): string {
  return `APM_KEY_${exporter.toUpperCase().replaceAll("-", "_")}`;
}
