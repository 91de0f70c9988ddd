import type { StackConfig } from "../config/schema.ts";
import type { HelmValues } from "./objects.ts";
import { tracingProvider } from "./tracing.ts";

/** Istio's MeshConfig: what holds for every proxy of the mesh. */
export function meshConfig(config: StackConfig): HelmValues {
  const { mesh } = config;
  const tracing = tracingProvider(config);
  return {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    trustDomain: mesh.trustDomain,
    outboundTrafficPolicy: { mode: mesh.outboundTraffic },
    defaultConfig: { concurrency: mesh.proxy.concurrency, holdApplicationUntilProxyStarts: true },
    ...(tracing === undefined
      ? {}
      : {
          extensionProviders: [{ name: tracing.name, opentelemetry: { service: tracing.service, port: tracing.port } }],
        }),
  };
}
