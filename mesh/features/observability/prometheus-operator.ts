import type { StackConfig } from "../../stack/config.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { spreadByZone } from "../../releases/placement.ts";
import { RELOADER } from "./reloader.ts";
import { remoteWrites } from "./remote-write.ts";
import { ruleValues, type RuleSource } from "./rules.ts";
import { podMonitors, serviceMonitors } from "./scrape.ts";
import { claimSpec, retentionSize } from "./volume.ts";

/** Pods of kube-prometheus-stack that EKS and kind do not let anybody scrape, and rules that would speak of them. */
const NOT_HERE = {
  kubeEtcd: { enabled: false },
  kubeControllerManager: { enabled: false },
  kubeScheduler: { enabled: false },
  kubeProxy: { enabled: false },
} as const;

const RULES_NOT_HERE: HelmValues = {
  etcd: false,
  kubeControllerManager: false,
  kubeProxy: false,
  kubeSchedulerAlerting: false,
  kubeSchedulerRecording: false,
  kubePrometheusNodeRecording: false,
  network: false,
  node: false,
  nodeExporterAlerting: false,
  nodeExporterRecording: false,
  windows: false,
};

/** All but one stay. Said as minAvailable, which the chart's own values have and a budget may not have beside the other. */
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
    ...NOT_HERE,
    grafana: { enabled: false },
    nodeExporter: { enabled: false },
    kubeStateMetrics: { enabled: kubeStateMetrics.enabled },
    "kube-state-metrics": { ...pool, resources: kubeStateMetrics.resources },
    defaultRules: { create: alerts.enabled, rules: RULES_NOT_HERE },
    prometheusOperator: {
      ...pool,
      resources: prometheusOperator.resources,
      prometheusConfigReloader: { resources: { requests: RELOADER.requests, limits: RELOADER.limits } },
      // The rules are checked by promtool before they get here; a webhook and its jobs would only be in the way of a first up.
      admissionWebhooks: { enabled: false },
      tls: { enabled: false },
    },
    alertmanager: alertmanagerValues(config, pool),
    prometheus: {
      podDisruptionBudget: budget(prometheus.replicas),
      additionalPodMonitors: podMonitors(),
      additionalServiceMonitors: serviceMonitors(),
      prometheusSpec: prometheusSpec(config, pool),
    },
    ...(alerts.enabled ? { additionalPrometheusRulesMap: { mesh: { groups: ruleValues(source) } } } : {}),
  };
}

function prometheusSpec(config: StackConfig, pool: HelmValues): HelmValues {
  const { prometheus } = config.observability;
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
    ...(prometheus.volume.enabled
      ? {
          retentionSize: retentionSize(prometheus.volume),
          storageSpec: { volumeClaimTemplate: { spec: claimSpec(prometheus.volume) } },
        }
      : {}),
    ...(writes.length > 0 ? { remoteWrite: writes } : {}),
  };
}

function alertmanagerValues(config: StackConfig, pool: HelmValues): HelmValues {
  const { alertmanager } = config.observability;
  return {
    enabled: alertmanager.enabled,
    podDisruptionBudget: budget(alertmanager.replicas),
    alertmanagerSpec: {
      ...pool,
      replicas: alertmanager.replicas,
      resources: alertmanager.resources,
      podAntiAffinity: "soft",
      topologySpreadConstraints: spreadByZone({ "app.kubernetes.io/name": "alertmanager" }),
      ...(alertmanager.configSecret === undefined
        ? {}
        : { useExistingSecret: true, configSecret: alertmanager.configSecret }),
    },
  };
}
