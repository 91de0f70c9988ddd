import { WAYPOINT } from "../../data-plane/waypoint.ts";
import { KUBE_SYSTEM, RELEASES } from "../../../kubernetes/names.ts";
import { rate, WINDOW, type Dashboard } from "./panel.ts";

/** What the shared proxies of an ambient mesh cost: ztunnel on every node, and the waypoint. */
export function sharedProxyOverhead(namespace: string): Dashboard {
  const waypoint = `namespace="${namespace}", container="istio-proxy"`;
  const ztunnel = `namespace="${KUBE_SYSTEM}", pod=~"${RELEASES.ztunnel}-.+", container="istio-proxy"`;
  const application = `namespace="${namespace}", container!="istio-proxy", container!="", container!="POD"`;
  const cpu = (matchers: string) => `sum(rate(container_cpu_usage_seconds_total{${matchers}}[${WINDOW}]))`;
  const memory = (matchers: string) => `sum(container_memory_working_set_bytes{${matchers}})`;
  const share = (measure: (matchers: string) => string) =>
    `(${measure(waypoint)} + ${measure(ztunnel)}) / (${measure(waypoint)} + ${measure(ztunnel)} + ${measure(application)})`;
  const ofLimit = (matchers: string) =>
    `${rate("container_cpu_usage_seconds_total", matchers, "pod")} / sum by (pod) (kube_pod_container_resource_limits{resource="cpu", ${matchers}})`;
  return {
    uid: "mesh-sidecars",
    title: "Overhead of waypoint and ztunnel",
    variables: [],
    panels: [
      {
        title: "The proxies' share of CPU",
        unit: "percentunit",
        description: "Of what the application and its proxies use together.",
        queries: [{ expr: share(cpu), legend: "CPU" }],
      },
      {
        title: "The proxies' share of memory",
        unit: "percentunit",
        queries: [{ expr: share(memory), legend: "memory" }],
      },
      {
        title: "CPU of the waypoint, of its limit",
        unit: "percentunit",
        queries: [{ expr: ofLimit(waypoint), legend: "{{pod}}" }],
      },
      {
        title: "CPU of each ztunnel, of its limit",
        unit: "percentunit",
        queries: [{ expr: ofLimit(ztunnel), legend: "{{pod}}" }],
      },
      {
        title: "Memory of each proxy",
        unit: "bytes",
        queries: [waypoint, ztunnel].map((matchers) => ({
          expr: `sum by (pod) (container_memory_working_set_bytes{${matchers}})`,
          legend: "{{pod}}",
        })),
      },
      {
        title: "Pods of the waypoint, and the most there may be",
        unit: "short",
        queries: (["status_current_replicas", "spec_max_replicas"] as const).map((what) => ({
          expr: `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_${what}{namespace="${namespace}", horizontalpodautoscaler="${WAYPOINT}"})`,
          legend: what === "spec_max_replicas" ? "at the most" : "pods",
        })),
      },
    ],
  };
}
