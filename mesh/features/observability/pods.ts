import type { Resources } from "../../schema/common.ts";
import { podRequest, type PodSet } from "../../kubernetes/pod-requests.ts";
import type { StackData } from "../../stack/stack.ts";
import { installsCollector, isInstalled } from "./addons/addresses.ts";
import { RELOADER } from "./reloader.ts";

/** The pods of the addons that a stack installs, with all that their containers reserve. */
export function addonPods({ config }: StackData): PodSet[] {
  const { observability } = config;
  const { jaeger, grafana, kiali, collector } = observability;
  const one = (name: string, resources: Resources, pods = 1): PodSet => ({
    name,
    pods,
    request: podRequest(resources.requests),
  });
  return [
    ...metricsPods({ config }),
    ...(isInstalled(jaeger) ? [one("jaeger", jaeger.resources)] : []),
    ...(installsCollector(observability) ? [one("the collector", collector.resources, collector.replicas)] : []),
    ...(isInstalled(grafana) ? [one("grafana", grafana.resources)] : []),
    ...(isInstalled(kiali) ? [one("kiali", kiali.resources, kiali.replicas)] : []),
  ];
}

function metricsPods({ config }: Pick<StackData, "config">): PodSet[] {
  const { prometheus, prometheusOperator, alertmanager, kubeStateMetrics } = config.observability;
  if (!isInstalled(prometheus)) {
    return [];
  }
  const byOperator = prometheus.kind === "operator";
  const set = (name: string, pods: number, ...requests: readonly Resources["requests"][]): PodSet => ({
    name,
    pods,
    request: podRequest(...requests),
  });
  return [
    set("prometheus", byOperator ? prometheus.replicas : 1, prometheus.resources.requests, RELOADER.requests),
    ...(byOperator ? [set("the prometheus operator", 1, prometheusOperator.resources.requests)] : []),
    ...(alertmanager.enabled
      ? [
          set(
            "alertmanager",
            alertmanager.replicas,
            alertmanager.resources.requests,
            ...(byOperator ? [RELOADER.requests] : []),
          ),
        ]
      : []),
    ...(kubeStateMetrics.enabled ? [set("kube-state-metrics", 1, kubeStateMetrics.resources.requests)] : []),
  ];
}
