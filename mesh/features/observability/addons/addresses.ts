import type { ObservabilityConfig } from "../schema/observability.ts";
import { NAMESPACES, RELEASES } from "../../../kubernetes/names.ts";

/** Ports of the addons' Services. */
export const ADDON_PORTS = {
  prometheus: 9090,
  grafana: 80,
  jaegerQuery: 16686,
  kiali: 20001,
  otlpGrpc: 4317,
  otlpHttp: 4318,
  alertmanager: 9093,
} as const;

/** Fully qualified host of a Service of the addons. */
export function addonHost(service: string): string {
  return `${service}.${NAMESPACES.observability}.svc.cluster.local`;
}

/** Name of Prometheus's Service, which depends on the chart. */
export function prometheusService({ prometheus }: ObservabilityConfig): string {
  return prometheus.kind === "operator" ? `${RELEASES.prometheus}-prometheus` : `${RELEASES.prometheus}-server`;
}

/** Address of Prometheus for those who read from it. */
export function prometheusUrl(observability: ObservabilityConfig): string {
  return (
    observability.prometheus.address ??
    `http://${addonHost(prometheusService(observability))}:${ADDON_PORTS.prometheus}`
  );
}

/** Address of Jaeger's query service; undefined when this stack does not install it. */
export function jaegerQueryUrl({ jaeger }: ObservabilityConfig): string | undefined {
  return isInstalled(jaeger) ? `http://${addonHost(RELEASES.jaeger)}:${ADDON_PORTS.jaegerQuery}` : undefined;
}

/** Address of Grafana; undefined where there is none. */
export function grafanaUrl({ grafana }: ObservabilityConfig): string | undefined {
  return grafana.address ?? (grafana.enabled ? `http://${addonHost(RELEASES.grafana)}` : undefined);
}

/** Host and port that take Jaeger's spans by OTLP over gRPC; undefined where there is no Jaeger. */
export function jaegerOtlp({ jaeger }: ObservabilityConfig): { host: string; port: number } | undefined {
  if (jaeger.address !== undefined) {
    const url = new URL(jaeger.address);
    return { host: url.hostname, port: url.port === "" ? ADDON_PORTS.otlpGrpc : Number(url.port) };
  }
  return jaeger.enabled ? { host: addonHost(RELEASES.jaeger), port: ADDON_PORTS.otlpGrpc } : undefined;
}

/** Whether the stack installs an addon itself. */
export function isInstalled(addon: { readonly enabled: boolean; readonly address?: string | undefined }): boolean {
  return addon.enabled && addon.address === undefined;
}

/** Whether the stack installs the collector: switched on, and with somewhere to send to. */
export function installsCollector(observability: ObservabilityConfig): boolean {
  const { collector } = observability;
  return collector.enabled && (jaegerOtlp(observability) !== undefined || Object.keys(collector.exporters).length > 0);
}
