import type { HelmValues } from "./objects.ts";
import { tracingProvider } from "./observability/telemetry/provider.ts";
import { extraStatTags } from "./observability/telemetry/telemetry.ts";
import type { StackData } from "./stack.ts";

/** Istio's MeshConfig: what holds for every proxy of the mesh. */
export function meshConfig(stack: StackData): HelmValues {
  const { config } = stack;
  const tags = extraStatTags(stack);
  const { mesh } = config;
  const tracing = tracingProvider(config);
  return {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    trustDomain: mesh.trustDomain,
    outboundTrafficPolicy: { mode: mesh.outboundTraffic },
    defaultConfig: {
      concurrency: mesh.proxy.concurrency,
      holdApplicationUntilProxyStarts: true,
      // A proxy counts by a label of its own only when it is told so at its start.
      ...(tags.length > 0 ? { extraStatTags: tags } : {}),
    },
    ...(tracing === undefined
      ? {}
      : {
          extensionProviders: [{ name: tracing.name, opentelemetry: { service: tracing.service, port: tracing.port } }],
        }),
  };
}
