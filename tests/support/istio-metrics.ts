/** Metrics that queries may ask for, and labels that they may use: what is documented, and nothing else. */
import { STANDARD_LABELS } from "../../mesh/features/observability/telemetry/telemetry.ts";

const histogram = (name: string) => [`${name}_bucket`, `${name}_sum`, `${name}_count`];

/** Source: istio.io, Istio Standard Metrics, 1.30. */
const ISTIO = [
  "istio_requests_total",
  ...histogram("istio_request_duration_milliseconds"),
  ...histogram("istio_request_bytes"),
  ...histogram("istio_response_bytes"),
  "istio_request_messages_total",
  "istio_response_messages_total",
  "istio_tcp_sent_bytes_total",
  "istio_tcp_received_bytes_total",
  "istio_tcp_connections_opened_total",
  "istio_tcp_connections_closed_total",
];

/**
 * Metrics of istiod and of the agent with their labels. Source: istio/istio 1.30.3, pilot/pkg/xds/monitoring.go,
 * pkg/xds/monitoring.go, security/pkg/server/ca/monitoring.go, security/pkg/nodeagent/cache/monitoring.go (with the
 * agent's prefix), pkg/version/stats.go; istio.io, pilot-discovery and pilot-agent, exported metrics.
 */
const CONTROL_PLANE: Readonly<Record<string, readonly string[]>> = {
  istio_build: ["component", "tag"],
  pilot_xds: ["version"],
  pilot_xds_pushes: ["type"],
  pilot_push_triggers: ["type"],
  pilot_total_xds_rejects: ["type"],
  ...labelled(histogram("pilot_proxy_convergence_time"), ["le"]),
  ...labelled(histogram("pilot_proxy_queue_time"), ["le"]),
  ...labelled(histogram("pilot_xds_push_time"), ["le", "type"]),
  citadel_server_root_cert_expiry_timestamp: [],
  citadel_server_cert_chain_expiry_timestamp: [],
  istio_agent_cert_expiry_seconds: ["resource_name"],
};

/** Metrics of the kubelet's cAdvisor and of kube-state-metrics 2.20, with their labels. Source: their documentation. */
const KUBERNETES: Readonly<Record<string, readonly string[]>> = {
  container_cpu_usage_seconds_total: ["container"],
  container_memory_working_set_bytes: ["container"],
  kube_pod_container_resource_limits: ["container", "resource"],
  kube_pod_container_status_last_terminated_reason: ["container", "reason"],
  kube_pod_container_status_restarts_total: ["container"],
  kube_pod_init_container_status_last_terminated_reason: ["container", "reason"],
  kube_pod_init_container_status_restarts_total: ["container"],
  kube_deployment_status_replicas_available: ["deployment"],
  kube_daemonset_status_number_unavailable: ["daemonset"],
  kube_horizontalpodautoscaler_status_current_replicas: ["horizontalpodautoscaler"],
  kube_horizontalpodautoscaler_spec_max_replicas: ["horizontalpodautoscaler"],
};

/** Labels that Prometheus puts on what it scrapes from a pod. */
const OF_EVERY_POD = ["namespace", "pod"];

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  ...labelled(ISTIO, [...STANDARD_LABELS, "le"]),
  ...CONTROL_PLANE,
  ...KUBERNETES,
};

/**
 * Labels that a metric has; undefined for a metric that nobody documents. A series that a rule records has those of what it
 * is recorded from, which are Istio's.
 */
export function labelsOf(metric: string): readonly string[] | undefined {
  if (metric.includes(":")) {
    return STANDARD_LABELS;
  }
  const labels = Object.hasOwn(KNOWN, metric) ? KNOWN[metric] : undefined;
  return labels === undefined ? undefined : [...labels, ...OF_EVERY_POD];
}

function labelled(names: readonly string[], labels: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, labels]));
}
