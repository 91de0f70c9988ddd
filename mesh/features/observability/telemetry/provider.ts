import type { StackConfig } from "../../../stack/config.ts";
import { RELEASES } from "../../../kubernetes/names.ts";
import { ADDON_PORTS, addonHost, installsCollector, jaegerOtlp } from "../addons/addresses.ts";

/** Where the proxies send their spans, by OTLP over gRPC. */
export interface TracingProvider {
  /** Name of the extension provider in the mesh configuration. */
  readonly name: string;
  /** Host of the collector. */
  readonly service: string;
  readonly port: number;
}

/** The tracing backend of a stack: the collector, or Jaeger itself; undefined where there is neither. */
export function tracingProvider({ observability }: StackConfig): TracingProvider | undefined {
  const target = installsCollector(observability)
    ? { host: addonHost(RELEASES.collector), port: ADDON_PORTS.otlpGrpc }
    : jaegerOtlp(observability);
  return target === undefined ? undefined : { name: "otlp-tracing", service: target.host, port: target.port };
}
