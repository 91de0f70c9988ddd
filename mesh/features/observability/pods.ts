import type { Resources } from "../../schema/common.ts";
import { podRequest, type PodSet } from "../../kubernetes/pod-requests.ts";
import type { StackData } from "../../stack/stack.ts";
import { installsCollector, isInstalled } from "./addons/addresses.ts";

/**
 * The container that has Prometheus read changed rules, and the operator's Alertmanager a changed configuration. Both charts
 * ask for nothing unless told. Source: defaults of the operator itself, its Documentation/platform/operator.md,
 * config-reloader-cpu-request 10m and config-reloader-memory-request 50Mi.
 */
export const RELOADER = {
  requests: { cpu: "10m", memory: "50Mi" },
  limits: { cpu: "100m", memory: "100Mi" },
} as const;

/** The pods of the addons that a stack installs, with all that their containers reserve. */
export function addonPods({ config }: Pick<StackData, "config">): PodSet[] {
  const { observability } = config;
  const { prometheus, prometheusOperator, alertmanager, kubeStateMetrics, jaeger, grafana, kiali, collector } =
    observability;
  const metrics = isInstalled(prometheus);
  const byOperator = prometheus.kind === "operator";
  return [
    ...pods(metrics, "prometheus", byOperator ? prometheus.replicas : 1, prometheus.resources, RELOADER),
    ...pods(metrics && byOperator, "the prometheus operator", 1, prometheusOperator.resources),
    ...pods(
      metrics && alertmanager.enabled,
      "alertmanager",
      alertmanager.replicas,
      alertmanager.resources,
      ...(byOperator ? [RELOADER] : []),
    ),
    ...pods(metrics && kubeStateMetrics.enabled, "kube-state-metrics", 1, kubeStateMetrics.resources),
    ...pods(isInstalled(jaeger), "jaeger", 1, jaeger.resources),
    ...pods(installsCollector(observability), "the collector", collector.replicas, collector.resources),
    ...pods(isInstalled(grafana), "grafana", 1, grafana.resources),
    ...pods(isInstalled(kiali), "kiali", kiali.replicas, kiali.resources),
  ];
}

function pods(installed: boolean, name: string, count: number, ...containers: readonly Resources[]): PodSet[] {
  return installed ? [{ name, pods: count, request: podRequest(...containers.map(({ requests }) => requests)) }] : [];
}
