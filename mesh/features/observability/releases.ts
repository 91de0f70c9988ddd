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
  const pool = systemPool(stack.config);
  const source = ruleSource(stack);
  const { chart, version } = PROMETHEUS_CHARTS[prometheus.kind];
  return isInstalled(prometheus)
    ? {
        name: RELEASES.prometheus,
        namespace: NAMESPACES.observability,
        chart,
        version: prometheus.chart.version ?? version,
        repository: prometheus.chart.repository,
        values:
          prometheus.kind === "operator"
            ? operatorValues(stack.config, source, pool)
            : serverValues(stack.config, source, pool),
      }
    : undefined;
}

/** Traces. */
export function jaegerRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  return release(RELEASES.jaeger, "jaeger", observability.jaeger, jaegerValues(observability, systemPool(config)));
}

/** Between the proxies and where traces go. */
export function collectorRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  const values = collectorValues(observability, systemPool(config));
  return installsCollector(observability)
    ? release(RELEASES.collector, "opentelemetry-collector", observability.collector, values)
    : undefined;
}

/** Dashboards. */
export function grafanaRelease(stack: StackData): HelmRelease | undefined {
  const { config } = stack;
  const { observability } = config;
  const values = grafanaValues(stack, systemPool(config));
  return release(RELEASES.grafana, "grafana", observability.grafana, values);
}

/** The console of the mesh. */
export function kialiRelease({ config }: StackData): HelmRelease | undefined {
  const { observability } = config;
  return release(RELEASES.kiali, "kiali-server", observability.kiali, kialiValues(observability, systemPool(config)));
}

function release(name: string, chart: string, addon: AddonConfig, values: HelmValues): HelmRelease | undefined {
  return isInstalled(addon) ? { name, namespace: NAMESPACES.observability, chart, ...addon.chart, values } : undefined;
}
