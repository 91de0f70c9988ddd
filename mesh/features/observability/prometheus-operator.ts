import type { StackConfig } from "../../stack/config.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { spreadByZone } from "../../releases/placement.ts";
import { RELOADER } from "./pods.ts";
import { remoteWrites } from "./remote-write.ts";
import { ruleValues, type RuleSource } from "./rules.ts";
import { podMonitors, serviceMonitors } from "./scrape.ts";
import { claimSpec, retentionSize } from "./volume.ts";

/** Pods of kube-prometheus-stack that EKS and kind do not let anybody scrape. */
const NOT_SCRAPED = ["kubeEtcd", "kubeControllerManager", "kubeScheduler", "kubeProxy"] as const;

/** Groups of the chart's rules about these, and about nodes, of which nothing is exported. */
const NO_RULES = [
  "etcd",
  "kubeControllerManager",
  "kubeProxy",
  "kubeSchedulerAlerting",
  "kubeSchedulerRecording",
  "kubePrometheusNodeRecording",
  "network",
  "node",
  "nodeExporterAlerting",
  "nodeExporterRecording",
  "windows",
] as const;

const OFF = { enabled: false } as const;

/** All but one stay: as minAvailable, which the chart's own values have and a budget may not have beside the other. */
function budget(replicas: number): HelmValues {
  return { enabled: replicas > 1, minAvailable: Math.max(1, replicas - 1), unhealthyPodEvictionPolicy: "AlwaysAllow" };
}

/**
 * Values of kube-prometheus-stack: Prometheus, Alertmanager and kube-state-metrics. Grafana has a release of its own.
 * No node exporter: the kubelet's metrics tell what containers use, and that is what the mesh's dashboards ask for.
 */
export function operatorValues(config: StackConfig, source: RuleSource, pool: HelmValues): HelmValues {
  const { prometheus, prometheusOperator, kubeStateMetrics, alerts } = config.observability;
  return {
    // Names of Services follow from it, and others refer to them.
    fullnameOverride: "prometheus",
    ...Object.fromEntries(NOT_SCRAPED.map((pods) => [pods, OFF])),
    grafana: OFF,
    nodeExporter: OFF,
    kubeStateMetrics: { enabled: kubeStateMetrics.enabled },
    "kube-state-metrics": { ...pool, resources: kubeStateMetrics.resources },
    defaultRules: { create: alerts.enabled, rules: Object.fromEntries(NO_RULES.map((rules) => [rules, false])) },
    prometheusOperator: {
      ...pool,
      resources: prometheusOperator.resources,
      prometheusConfigReloader: { resources: RELOADER },
      // The rules are checked by promtool before they get here; a webhook and its jobs would only be in the way of a first up.
      admissionWebhooks: OFF,
      tls: OFF,
    },
    alertmanager: alertmanagerValues(config, pool),
    prometheus: {
      podDisruptionBudget: budget(prometheus.replicas),
      additionalPodMonitors: podMonitors(),
      additionalServiceMonitors: serviceMonitors(),
      prometheusSpec: prometheusSpec(config, pool),
    },
    ...(alerts.enabled && { additionalPrometheusRulesMap: { mesh: { groups: ruleValues(source) } } }),
  };
}

function prometheusSpec(config: StackConfig, pool: HelmValues): HelmValues {
  const { prometheus } = config.observability;
  const { volume } = prometheus;
  const writes = remoteWrites(config);
  return {
    ...pool,
    replicas: prometheus.replicas,
    resources: prometheus.resources,
    retention: `${prometheus.retentionDays}d`,
    // Jaeger's traces are found from a metric's exemplar.
    enableFeatures: ["exemplar-storage"],
    podAntiAffinity: "soft",
    topologySpreadConstraints: spreadByZone({ "app.kubernetes.io/name": "prometheus" }),
    // Monitors and rules of the application's own namespaces count too, whoever made them.
    podMonitorSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    ...(volume.enabled && {
      retentionSize: retentionSize(volume),
      storageSpec: { volumeClaimTemplate: { spec: claimSpec(volume) } },
    }),
    ...(writes.length > 0 && { remoteWrite: writes }),
  };
}

function alertmanagerValues(config: StackConfig, pool: HelmValues): HelmValues {
  const { enabled, replicas, resources, configSecret } = config.observability.alertmanager;
  return {
    enabled,
    podDisruptionBudget: budget(replicas),
    alertmanagerSpec: {
      ...pool,
      replicas,
      resources,
      podAntiAffinity: "soft",
      topologySpreadConstraints: spreadByZone({ "app.kubernetes.io/name": "alertmanager" }),
      ...(configSecret !== undefined && { useExistingSecret: true, configSecret }),
    },
  };
}
