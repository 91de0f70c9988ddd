import type { ObservabilityConfig } from "../../config/schema/observability.ts";
import { MANAGED_BY } from "../labels.ts";
import { NAMESPACES } from "../names.ts";
import type { HelmValues } from "../objects.ts";
import { claimSpec } from "./volume.ts";

const CLAIM = "jaeger-traces";
const MOUNT = "/badger";

/** Values of the chart jaeger 4: Jaeger 2, all in one. Its configuration is that of an OpenTelemetry collector. */
export function jaegerValues({ jaeger }: ObservabilityConfig, pool: HelmValues): HelmValues {
  const { volume } = jaeger;
  return {
    jaeger: {
      replicas: 1,
      resources: jaeger.resources,
      ...pool,
      podSecurityContext: {
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      ...(volume.enabled
        ? {
            extraVolumes: [{ name: "traces", persistentVolumeClaim: { claimName: CLAIM } }],
            extraVolumeMounts: [{ name: "traces", mountPath: MOUNT }],
          }
        : {}),
    },
    userconfig: jaegerConfig(jaeger),
    ...(volume.enabled
      ? {
          extraObjects: [
            {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              metadata: { name: CLAIM, namespace: NAMESPACES.observability, labels: MANAGED_BY },
              spec: claimSpec(volume),
            },
          ],
        }
      : {}),
  };
}

/** Source: jaegertracing/jaeger cmd/jaeger config files, v2.19. */
function jaegerConfig(jaeger: ObservabilityConfig["jaeger"]): HelmValues {
  return {
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] } },
      telemetry: {
        resource: { "service.name": "jaeger" },
        metrics: {
          level: "detailed",
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8888 } } } }],
        },
      },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: "0.0.0.0:13133" } },
      jaeger_query: { storage: { traces: "traces" } },
      jaeger_storage: { backends: { traces: backend(jaeger) } },
    },
    receivers: {
      otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } },
    },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "traces" } },
  };
}

function backend({ volume, maxTraces, retentionHours }: ObservabilityConfig["jaeger"]): HelmValues {
  return volume.enabled
    ? {
        badger: {
          directories: { keys: `${MOUNT}/keys`, values: `${MOUNT}/values` },
          ephemeral: false,
          ttl: { spans: `${retentionHours}h` },
        },
      }
    : { memory: { max_traces: maxTraces } };
}
