import { make, named } from "../../../kubernetes/make.ts";
import type { MetricOverride, ServiceTelemetry } from "../schema/observability.ts";
import { serviceLabels } from "../../../kubernetes/labels.ts";
import { NAMESPACES } from "../../../kubernetes/names.ts";
import type { TelemetryObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { healthCheckFilter, ignoredPaths } from "./access-log-filter.ts";
import { tracingProvider } from "./provider.ts";
import { accessLoggingSpec, metricsSpec, tracingSpec } from "./spec.ts";

/** Labels of the caller and of the callee. */
const OF_A_SIDE = [
  "workload",
  "workload_namespace",
  "principal",
  "app",
  "version",
  "cluster",
  "canonical_service",
  "canonical_revision",
] as const;

/**
 * Labels of Istio's standard metrics. Any other has to be named in the mesh configuration, or the proxies do not count by
 * it. Source: istio.io, Istio Standard Metrics, 1.30.
 */
export const STANDARD_LABELS: readonly string[] = [
  ...["source", "destination"].flatMap((side) => OF_A_SIDE.map((label) => `${side}_${label}`)),
  "destination_service",
  "destination_service_name",
  "destination_service_namespace",
  "reporter",
  "request_protocol",
  "response_code",
  "response_flags",
  "grpc_response_status",
  "connection_security_policy",
];

/** Telemetry of the whole mesh: one object in Istio's root namespace. */
export function meshTelemetry(stack: StackData): TelemetryObject {
  const { tracing, metrics, accessLogs } = stack.config.observability;
  const provider = tracingProvider(stack.config);
  return make("Telemetry", named("mesh-default", NAMESPACES.istioSystem), {
    ...(provider !== undefined && {
      tracing: tracingSpec(provider.name, tracing.samplingPercent, tracing.customTags),
    }),
    ...(metrics.overrides.length > 0 && { metrics: metricsSpec(metrics.overrides) }),
    accessLogging: accessLoggingSpec(accessLogs.mode, logFilter(stack)),
  });
}

/**
 * Telemetry of the services that differ. An object's field replaces the mesh's, so tags are merged and a filter is
 * written again; changes of metrics add up by themselves.
 */
export function serviceTelemetries(stack: StackData): TelemetryObject[] {
  return Object.entries(stack.catalog.services).flatMap(([service, { telemetry }]) => {
    const spec = serviceSpec(stack, telemetry);
    const metadata = named(service, stack.catalog.namespace, serviceLabels(stack.catalog, service));
    const selector = { matchLabels: { app: service } };
    return Object.keys(spec).length === 0 ? [] : [make("Telemetry", metadata, { selector, ...spec })];
  });
}

/** Labels beyond Istio's own that any metric gets, sorted: for the mesh configuration. */
export function extraStatTags({ config, catalog }: StackData): string[] {
  const ofServices = Object.values(catalog.services).flatMap(({ telemetry }) => telemetry.metrics);
  return extraLabels([...config.observability.metrics.overrides, ...ofServices]);
}

/** Labels beyond Istio's own that these changes set, sorted. */
export function extraLabels(overrides: readonly MetricOverride[]): string[] {
  const names = overrides.flatMap(({ set }) => Object.keys(set));
  return [...new Set(names)].filter((name) => !STANDARD_LABELS.includes(name)).sort();
}

function serviceSpec(stack: StackData, telemetry: ServiceTelemetry): Omit<TelemetryObject["spec"], "selector"> {
  const { tracing } = stack.config.observability;
  const provider = tracingProvider(stack.config);
  const traces = telemetry.samplingPercent !== undefined || Object.keys(telemetry.customTags).length > 0;
  const percent = telemetry.samplingPercent ?? tracing.samplingPercent;
  const customTags = { ...tracing.customTags, ...telemetry.customTags };
  return {
    ...(provider !== undefined && traces && { tracing: tracingSpec(provider.name, percent, customTags) }),
    ...(telemetry.metrics.length > 0 && { metrics: metricsSpec(telemetry.metrics) }),
    ...(telemetry.accessLogs !== undefined && {
      accessLogging: accessLoggingSpec(telemetry.accessLogs, logFilter(stack)),
    }),
  };
}

function logFilter({ config, catalog }: StackData): string | undefined {
  const { accessLogs } = config.observability;
  return accessLogs.filter ?? healthCheckFilter(ignoredPaths(catalog, accessLogs));
}
