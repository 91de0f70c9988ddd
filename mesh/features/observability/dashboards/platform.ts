import { NAMESPACES } from "../../../kubernetes/names.ts";
import { errorShare, quantiles, rate, WINDOW, type Dashboard, panel, query } from "./panel.ts";

/** istiod: how fast changes reach the proxies, and what they refuse. */
export function controlPlane(): Dashboard {
  const pods = `namespace="${NAMESPACES.istioSystem}", container="discovery"`;
  return {
    uid: "mesh-control-plane",
    title: "Control plane",
    variables: [],
    panels: [
      panel("From a change to the proxies", "s", quantiles("pilot_proxy_convergence_time", "")),
      panel("Time of a push", "s", quantiles("pilot_xds_push_time", "", "type").slice(-1)),
      panel("Time in the queue before a push", "s", quantiles("pilot_proxy_queue_time", "")),
      panel("Pushes by type", "ops", [query(rate("pilot_xds_pushes", "", "type"), "{{type}}")]),
      panel(
        "Configuration that proxies refused",
        "ops",
        [query(rate("pilot_total_xds_rejects", "", "type"), "{{type}}")],
        "Anything above 0 is a fault: these proxies go on with what they had.",
      ),
      panel("Why istiod pushes", "ops", [query(rate("pilot_push_triggers", "", "type"), "{{type}}")]),
      panel("Proxies connected", "short", [query("sum by (pod) (pilot_xds)", "{{pod}}")]),
      panel("CPU of istiod", "cores", [query(rate("container_cpu_usage_seconds_total", pods, "pod"), "{{pod}}")]),
      panel("Memory of istiod", "bytes", [
        query(`sum by (pod) (container_memory_working_set_bytes{${pods}})`, "{{pod}}"),
      ]),
      panel("Days until the mesh's authority ends", "short", [
        query("(min(citadel_server_root_cert_expiry_timestamp) - time()) / 86400", "root"),
        query("(min(citadel_server_cert_chain_expiry_timestamp) - time()) / 86400", "chain"),
      ]),
    ],
  };
}

/** The gateways: what arrives, how it is answered, and how much headroom is left. */
export function gateways(): Dashboard {
  const namespaces = `${NAMESPACES.ingress}|${NAMESPACES.egress}`;
  const seen = `reporter="source", source_workload_namespace=~"${namespaces}"`;
  const pods = `namespace=~"${namespaces}", container="istio-proxy"`;
  return {
    uid: "mesh-gateways",
    title: "Gateways",
    variables: [],
    panels: [
      panel("Requests by gateway and code", "reqps", [
        query(
          rate("istio_requests_total", seen, "source_workload, response_code"),
          "{{source_workload}} {{response_code}}",
        ),
      ]),
      panel("Share of 5xx by service", "percentunit", [
        query(errorShare(seen, "destination_service_name"), "{{destination_service_name}}"),
      ]),
      panel("Latency", "ms", quantiles("istio_request_duration_milliseconds", seen)),
      panel(
        "Refused before a service",
        "reqps",
        [query(rate("istio_requests_total", `${seen}, response_flags!="-"`, "response_flags"), "{{response_flags}}")],
        "NR: no route. RL: rate limit. UAEX: an external authorizer refused.",
      ),
      panel("CPU of its limit", "percentunit", [
        query(
          `${rate("container_cpu_usage_seconds_total", pods, "pod")} / sum by (pod) (kube_pod_container_resource_limits{resource="cpu", ${pods}})`,
          "{{pod}}",
        ),
      ]),
      panel("Pods, and the most there may be", "short", [
        query(
          `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{namespace=~"${namespaces}"})`,
          "{{horizontalpodautoscaler}}",
        ),
        query(
          `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"${namespaces}"})`,
          "{{horizontalpodautoscaler}} at the most",
        ),
      ]),
    ],
  };
}

/** What the sidecars cost: their share of CPU and memory, and the time they add. */
export function sidecarOverhead(namespace: string): Dashboard {
  const all = `namespace="${namespace}", container!="", container!="POD"`;
  const sidecars = `namespace="${namespace}", container="istio-proxy"`;
  const cpu = (matchers: string) => `sum(rate(container_cpu_usage_seconds_total{${matchers}}[${WINDOW}]))`;
  const memory = (matchers: string) => `sum(container_memory_working_set_bytes{${matchers}})`;
  const p50 = (reporter: string) =>
    `histogram_quantile(0.5, sum by (le, destination_service_name) (rate(istio_request_duration_milliseconds_bucket{reporter="${reporter}", destination_service_namespace="${namespace}"}[${WINDOW}])))`;
  return {
    uid: "mesh-sidecars",
    title: "Sidecar overhead",
    variables: [],
    panels: [
      panel(
        "Sidecars' share of the application's CPU",
        "percentunit",
        [query(`${cpu(sidecars)} / ${cpu(all)}`, "CPU")],
        "About 15 % is usual.",
      ),
      panel("Sidecars' share of the application's memory", "percentunit", [
        query(`${memory(sidecars)} / ${memory(all)}`, "memory"),
      ]),
      panel("Memory of each sidecar", "bytes", [
        query(`sum by (pod) (container_memory_working_set_bytes{${sidecars}})`, "{{pod}}"),
      ]),
      panel("CPU of each sidecar", "cores", [
        query(rate("container_cpu_usage_seconds_total", sidecars, "pod"), "{{pod}}"),
      ]),
      panel(
        "Time between the caller's sidecar and the callee's, p50",
        "ms",
        [query(`${p50("source")} - ${p50("destination")}`, "{{destination_service_name}}")],
        "Network and sidecars together: what callers measure less what the service does.",
      ),
      panel(
        "That time as a share of the answer's, p50",
        "percentunit",
        [query(`(${p50("source")} - ${p50("destination")}) / ${p50("source")}`, "{{destination_service_name}}")],
        "Under 5 % is usual for answers of 50 ms and more; short answers have a larger share.",
      ),
    ],
  };
}
