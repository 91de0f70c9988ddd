import type { StackConfig } from "../config/schema.ts";
import { MANAGED_BY } from "./labels.ts";
import { NAMESPACES, RELEASES } from "./names.ts";
import type { TelemetryObject } from "./objects.ts";

/** Where the proxies send their spans, by OTLP over gRPC. */
export interface TracingProvider {
  /** Name of the extension provider in the mesh configuration. */
  readonly name: string;
  /** Host of the collector. */
  readonly service: string;
  readonly port: number;
}

const OTLP_GRPC_PORT = 4317;

/** The tracing backend of a stack; undefined when Jaeger is off and no other address is given. */
export function tracingProvider({ observability }: StackConfig): TracingProvider | undefined {
  const { jaeger } = observability;
  if (jaeger.address !== undefined) {
    const url = new URL(jaeger.address);
    return { name: "otlp-tracing", service: url.hostname, port: url.port === "" ? OTLP_GRPC_PORT : Number(url.port) };
  }
  return jaeger.enabled
    ? {
        name: "otlp-tracing",
        service: `${RELEASES.jaeger}.${NAMESPACES.observability}.svc.cluster.local`,
        port: OTLP_GRPC_PORT,
      }
    : undefined;
}

/** How many requests are traced, for the whole mesh; none where there is no backend. */
export function tracingTelemetry(config: StackConfig): TelemetryObject[] {
  const provider = tracingProvider(config);
  if (provider === undefined) {
    return [];
  }
  return [
    {
      apiVersion: "telemetry.istio.io/v1",
      kind: "Telemetry",
      metadata: { name: "mesh-default", namespace: NAMESPACES.istioSystem, labels: MANAGED_BY },
      spec: {
        tracing: [
          {
            providers: [{ name: provider.name }],
            randomSamplingPercentage: config.observability.tracing.samplingPercent,
          },
        ],
      },
    },
  ];
}
