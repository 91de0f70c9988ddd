import { WAYPOINT } from "../../data-plane/waypoint.ts";
import { KUBE_SYSTEM, RELEASES } from "../../../kubernetes/names.ts";
import { rate, WINDOW, type Dashboard, panel, query } from "./panel.ts";

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
      panel(
        "The proxies' share of CPU",
        "percentunit",
        [query(share(cpu), "CPU")],
        "Of what the application and its proxies use together.",
      ),
      panel("The proxies' share of memory", "percentunit", [query(share(memory), "memory")]),
      panel("CPU of the waypoint, of its limit", "percentunit", [query(ofLimit(waypoint), "{{pod}}")]),
      panel("CPU of each ztunnel, of its limit", "percentunit", [query(ofLimit(ztunnel), "{{pod}}")]),
      panel(
        "Memory of each proxy",
        "bytes",
        [waypoint, ztunnel].map((matchers) =>
          query(`sum by (pod) (container_memory_working_set_bytes{${matchers}})`, "{{pod}}"),
        ),
      ),
      panel(
        "Pods of the waypoint, and the most there may be",
        "short",
        (["status_current_replicas", "spec_max_replicas"] as const).map((what) =>
          query(
            `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_${what}{namespace="${namespace}", horizontalpodautoscaler="${WAYPOINT}"})`,
            what === "spec_max_replicas" ? "at the most" : "pods",
          ),
        ),
      ),
    ],
  };
}
