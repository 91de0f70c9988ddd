import { NAMESPACES } from "../../../kubernetes/names.ts";
import { errorShare, quantiles, rate, WINDOW, type Dashboard } from "./panel.ts";

/** istiod: how fast changes reach the proxies, and what they refuse. */
export function controlPlane(): Dashboard {
  const pods = `namespace="${NAMESPACES.istioSystem}", container="discovery"`;
  return {
    uid: "mesh-control-plane",
    title: "Control plane",
    variables: [],
    panels: [
      {
        title: "From a change to the proxies",
        unit: "s",
        queries: quantiles("pilot_proxy_convergence_time", ""),
      },
      { title: "Time of a push", unit: "s", queries: quantiles("pilot_xds_push_time", "", "type").slice(-1) },
      { title: "Time in the queue before a push", unit: "s", queries: quantiles("pilot_proxy_queue_time", "") },
      {
        title: "Pushes by type",
        unit: "ops",
        queries: [{ expr: rate("pilot_xds_pushes", "", "type"), legend: "{{type}}" }],
      },
      {
        title: "Configuration that proxies refused",
        unit: "ops",
        description: "Anything above 0 is a fault: these proxies go on with what they had.",
        queries: [{ expr: rate("pilot_total_xds_rejects", "", "type"), legend: "{{type}}" }],
      },
      {
        title: "Why istiod pushes",
        unit: "ops",
        queries: [{ expr: rate("pilot_push_triggers", "", "type"), legend: "{{type}}" }],
      },
      {
        title: "Proxies connected",
        unit: "short",
        queries: [{ expr: "sum by (pod) (pilot_xds)", legend: "{{pod}}" }],
      },
      {
        title: "CPU of istiod",
        unit: "cores",
        queries: [{ expr: rate("container_cpu_usage_seconds_total", pods, "pod"), legend: "{{pod}}" }],
      },
      {
        title: "Memory of istiod",
        unit: "bytes",
        queries: [{ expr: `sum by (pod) (container_memory_working_set_bytes{${pods}})`, legend: "{{pod}}" }],
      },
      {
        title: "Days until the mesh's authority ends",
        unit: "short",
        queries: [
          { expr: "(min(citadel_server_root_cert_expiry_timestamp) - time()) / 86400", legend: "root" },
          { expr: "(min(citadel_server_cert_chain_expiry_timestamp) - time()) / 86400", legend: "chain" },
        ],
      },
    ],
  };
}

/** The gateways: what arrives, how it is answered, and how much room is left. */
export function gateways(): Dashboard {
  const namespaces = `${NAMESPACES.ingress}|${NAMESPACES.egress}`;
  const seen = `reporter="source", source_workload_namespace=~"${namespaces}"`;
  const pods = `namespace=~"${namespaces}", container="istio-proxy"`;
  return {
    uid: "mesh-gateways",
    title: "Gateways",
    variables: [],
    panels: [
      {
        title: "Requests by gateway and code",
        unit: "reqps",
        queries: [
          {
            expr: rate("istio_requests_total", seen, "source_workload, response_code"),
            legend: "{{source_workload}} {{response_code}}",
          },
        ],
      },
      {
        title: "Share of 5xx by service",
        unit: "percentunit",
        queries: [{ expr: errorShare(seen, "destination_service_name"), legend: "{{destination_service_name}}" }],
      },
      { title: "Latency", unit: "ms", queries: quantiles("istio_request_duration_milliseconds", seen) },
      {
        title: "Refused before a service",
        unit: "reqps",
        description: "NR: no route. RL: rate limit. UAEX: an external authorizer refused.",
        queries: [
          {
            expr: rate("istio_requests_total", `${seen}, response_flags!="-"`, "response_flags"),
            legend: "{{response_flags}}",
          },
        ],
      },
      {
        title: "CPU of its limit",
        unit: "percentunit",
        queries: [
          {
            expr: `${rate("container_cpu_usage_seconds_total", pods, "pod")} / sum by (pod) (kube_pod_container_resource_limits{resource="cpu", ${pods}})`,
            legend: "{{pod}}",
          },
        ],
      },
      {
        title: "Pods, and the most there may be",
        unit: "short",
        queries: [
          {
            expr: `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{namespace=~"${namespaces}"})`,
            legend: "{{horizontalpodautoscaler}}",
          },
          {
            expr: `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"${namespaces}"})`,
            legend: "{{horizontalpodautoscaler}} at the most",
          },
        ],
      },
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
      {
        title: "Sidecars' share of the application's CPU",
        unit: "percentunit",
        description: "About 15 % is usual.",
        queries: [{ expr: `${cpu(sidecars)} / ${cpu(all)}`, legend: "CPU" }],
      },
      {
        title: "Sidecars' share of the application's memory",
        unit: "percentunit",
        queries: [{ expr: `${memory(sidecars)} / ${memory(all)}`, legend: "memory" }],
      },
      {
        title: "Memory of each sidecar",
        unit: "bytes",
        queries: [{ expr: `sum by (pod) (container_memory_working_set_bytes{${sidecars}})`, legend: "{{pod}}" }],
      },
      {
        title: "CPU of each sidecar",
        unit: "cores",
        queries: [{ expr: rate("container_cpu_usage_seconds_total", sidecars, "pod"), legend: "{{pod}}" }],
      },
      {
        title: "Time between the caller's sidecar and the callee's, p50",
        unit: "ms",
        description: "Network and sidecars together: what callers measure less what the service does.",
        queries: [{ expr: `${p50("source")} - ${p50("destination")}`, legend: "{{destination_service_name}}" }],
      },
      {
        title: "That time as a share of the answer's, p50",
        unit: "percentunit",
        description: "Under 5 % is usual for answers of 50 ms and more; short answers have a larger share.",
        queries: [
          {
            expr: `(${p50("source")} - ${p50("destination")}) / ${p50("source")}`,
            legend: "{{destination_service_name}}",
          },
        ],
      },
    ],
  };
}
