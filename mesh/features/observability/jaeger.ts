import { ADDON_PORTS } from "./addons/addresses.ts";
import { createHash } from "node:crypto";
import type { ObservabilityConfig } from "./schema/observability.ts";
import { named } from "../../kubernetes/make.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { claimSpec } from "./volume.ts";

const CLAIM = "jaeger-traces";
const MOUNT = "/badger";

/** Values of the chart jaeger 4: Jaeger 2, all in one. Its configuration is that of an OpenTelemetry collector. */
export function jaegerValues({ jaeger }: ObservabilityConfig, pool: HelmValues): HelmValues {
  const { volume } = jaeger;
  const userconfig = jaegerConfig(jaeger);
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...named(CLAIM, NAMESPACES.observability) },
    spec: claimSpec(volume),
  };
  return {
    jaeger: {
      replicas: 1,
      resources: jaeger.resources,
      ...pool,
      // Read at the start only, and the chart does not restart the pod when it changes.
      podLabels: { "ecommerce-mesh.dev/config": digest(userconfig) },
      podSecurityContext: {
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      ...(volume.enabled && {
        extraVolumes: [{ name: "traces", persistentVolumeClaim: { claimName: CLAIM } }],
        extraVolumeMounts: [{ name: "traces", mountPath: MOUNT }],
      }),
    },
    userconfig,
    ...(volume.enabled && { extraObjects: [claim] }),
  };
}

function digest(values: HelmValues): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
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
      otlp: {
        protocols: {
          grpc: { endpoint: `0.0.0.0:${ADDON_PORTS.otlpGrpc}` },
          http: { endpoint: `0.0.0.0:${ADDON_PORTS.otlpHttp}` },
        },
      },
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
