import type { AddonConfig } from "./schema/observability.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease, HelmValues } from "../../kubernetes/objects.ts";
import { installsCollector, isInstalled } from "./addons/addresses.ts";
import { collectorValues } from "./collector.ts";
import { grafanaValues } from "./grafana.ts";
import { jaegerValues } from "./jaeger.ts";
import { kialiValues } from "./kiali.ts";
import { operatorValues } from "./prometheus-operator.ts";
import { PROMETHEUS_CHARTS } from "./schema/metrics.ts";
import { serverValues } from "./prometheus-server.ts";
import { ruleSource } from "./rules.ts";
import type { StackData } from "../../stack/stack.ts";
import { systemPool } from "../../releases/placement.ts";

/** The addons that this stack installs itself, in the order in which they read from each other. */
export function addonReleases(stack: StackData): HelmRelease[] {
  return [
    prometheusRelease(stack),
    jaegerRelease(stack),
    collectorRelease(stack),
    grafanaRelease(stack),
    kialiRelease(stack),
  ].filter((release) => release !== undefined);
}

/** Prometheus with Alertmanager, kube-state-metrics and the rules. */
export function prometheusRelease(stack: StackData): HelmRelease | undefined {
  const { prometheus } = stack.config.observability;
  const { chart, version: pinned } = PROMETHEUS_CHARTS[prometheus.kind];
  const { version = pinned, repository } = prometheus.chart;
  const addon = { ...prometheus, chart: { version, repository } };
  const valuesOf = prometheus.kind === "operator" ? operatorValues : serverValues;
  return release(
    RELEASES.prometheus,
    chart,
    addon,
    valuesOf(stack.config, ruleSource(stack), systemPool(stack.config)),
  );
}

/** Traces. */
export function jaegerRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  return release(RELEASES.jaeger, "jaeger", observability.jaeger, jaegerValues(observability, systemPool(config)));
}

/** Between the proxies and where traces go. */
export function collectorRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  const addon = { ...observability.collector, enabled: installsCollector(observability) };
  const values = collectorValues(observability, systemPool(config));
  return release(RELEASES.collector, "opentelemetry-collector", addon, values);
}

/** Dashboards. */
export function grafanaRelease(stack: StackData): HelmRelease | undefined {
  const { config } = stack;
  return release(RELEASES.grafana, "grafana", config.observability.grafana, grafanaValues(stack, systemPool(config)));
}

/** The console of the mesh. */
export function kialiRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  return release(RELEASES.kiali, "kiali-server", observability.kiali, kialiValues(observability, systemPool(config)));
}

function release(name: string, chart: string, addon: AddonConfig, values: HelmValues): HelmRelease | undefined {
  return isInstalled(addon) ? { name, namespace: NAMESPACES.observability, chart, ...addon.chart, values } : undefined;
}
