import type { StackConfig } from "../../stack/config.ts";
import { defined } from "../../kubernetes/defined.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";
import { ADDON_PORTS } from "./addons/addresses.ts";
import { RELOADER } from "./pods.ts";
import { remoteWrites } from "./remote-write.ts";
import { RULE_INTERVAL, ruleValues, type RuleSource } from "./rules.ts";
import { retentionSize, SCRAPE_SECONDS } from "./volume.ts";

/**
 * Values of the chart prometheus: one Deployment that finds proxies, gateways and istiod by their prometheus.io
 * annotations, with Alertmanager and kube-state-metrics beside it.
 */
export function serverValues(config: StackConfig, source: RuleSource, pool: HelmValues): HelmValues {
  const { prometheus, alertmanager, kubeStateMetrics, alerts } = config.observability;
  const writes = remoteWrites(config);
  const { volume } = prometheus;
  const { size, storageClass } = volume;
  return {
    server: {
      ...pool,
      resources: prometheus.resources,
      retention: `${prometheus.retentionDays}d`,
      service: { servicePort: ADDON_PORTS.prometheus },
      // The chart's own minute is longer than the window that Grafana takes rates over.
      global: { scrape_interval: `${SCRAPE_SECONDS}s`, evaluation_interval: RULE_INTERVAL },
      // One pod owns the volume: the old one has to let go of it first.
      strategy: { type: "Recreate" },
      extraFlags: ["web.enable-lifecycle", "enable-feature=exemplar-storage"],
      persistentVolume: { enabled: volume.enabled, ...(volume.enabled && defined({ size, storageClass })) },
      ...(volume.enabled && { retentionSize: retentionSize(volume) }),
      ...(writes.length > 0 && { remoteWrite: writes }),
    },
    configmapReload: { prometheus: { resources: RELOADER } },
    alertmanager: {
      ...pool,
      enabled: alertmanager.enabled,
      replicaCount: alertmanager.replicas,
      resources: alertmanager.resources,
      persistence: { enabled: false },
      ...(alertmanager.replicas > 1 && {
        podDisruptionBudget: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      }),
    },
    "kube-state-metrics": { ...pool, enabled: kubeStateMetrics.enabled, resources: kubeStateMetrics.resources },
    "prometheus-node-exporter": { enabled: false },
    "prometheus-pushgateway": { enabled: false },
    ...(alerts.enabled && { serverFiles: { "alerting_rules.yml": { groups: ruleValues(source) } } }),
  };
}
