import { WAYPOINT } from "../../data-plane/waypoint.ts";
import { KUBE_SYSTEM, RELEASES } from "../../../kubernetes/names.ts";
import { alert, type AlertingRule, type RuleSource } from "./rule.ts";

const PROXY = `container="istio-proxy"`;

/** Gateways with headroom, proxies with memory, and no plain text. */
export function dataPlaneAlerts(source: RuleSource): AlertingRule[] {
  const gateways = `namespace=~"${source.gatewayNamespaces.join("|")}", ${PROXY}`;
  return [
    alert(source, "GatewaySaturated", "warning", {
      expr:
        `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${gateways}}[5m]))` +
        ` / sum by (namespace, pod) (kube_pod_container_resource_limits{resource="cpu", ${gateways}}) > 0.8`,
      for: "10m",
      summary: "The gateway {{ $labels.pod }} is at its limit",
      description: "It uses {{ $value | humanizePercentage }} of its CPU limit; beyond that its requests wait.",
    }),
    alert(source, "SidecarOutOfMemory", "warning", {
      expr: `${killed("")} or ${killed("init_")}`,
      for: "0m",
      summary: "The proxy of {{ $labels.pod }} ran out of memory",
      description:
        "It was killed and restarted in the last 15 minutes: requests of {{ $labels.namespace }}/{{ $labels.pod }} failed meanwhile.",
    }),
    ...(source.strict ? [plainText(source)] : []),
  ];
}

/** A sidecar is a container, or, where Kubernetes runs sidecars itself, an init container that stays. */
function killed(kind: "" | "init_"): string {
  const labels = "namespace, pod, container";
  return (
    `(kube_pod_${kind}container_status_last_terminated_reason{reason="OOMKilled", ${PROXY}} == 1` +
    ` and on (${labels}) increase(kube_pod_${kind}container_status_restarts_total{${PROXY}}[15m]) > 0)`
  );
}

function plainText(source: RuleSource): AlertingRule {
  const { metrics, policy } = source.plane.telemetry.plainText;
  const labels = `reporter="destination", connection_security_policy="${policy}", destination_workload_namespace="${source.namespace}"`;
  const by = "source_workload, destination_workload, destination_workload_namespace";
  const seen = (metric: string) => `sum by (${by}) (rate(${metric}{${labels}}[5m])) > 0`;
  return alert(source, "PlainTextTraffic", "critical", {
    expr: metrics.map(seen).join(" or "),
    for: "5m",
    summary: "{{ $labels.destination_workload }} takes requests without mutual TLS",
    description:
      "From {{ $labels.source_workload }}: {{ $value | humanize }} a second. The mesh is meant to be STRICT.",
  });
}

/** The proxies that an ambient mesh shares: without them nothing is called, and what they do not see they do not count. */
export function ambientAlerts(source: RuleSource): AlertingRule[] {
  if (source.plane.sharedProxies().length === 0) {
    return [];
  }
  const waypoint = `namespace="${source.namespace}", deployment="${WAYPOINT}"`;
  const ztunnel = `namespace="${KUBE_SYSTEM}", daemonset="${RELEASES.ztunnel}"`;
  return [
    alert(source, "WaypointDown", "critical", {
      expr: `absent(kube_deployment_status_replicas_available{${waypoint}} > 0)`,
      for: "2m",
      summary: `No waypoint of ${source.namespace} is there`,
      description: "Every call of the application goes through it: they fail, and no request is counted meanwhile.",
    }),
    alert(source, "ZtunnelMissing", "critical", {
      expr: `kube_daemonset_status_number_unavailable{${ztunnel}} > 0`,
      for: "10m",
      summary: "Nodes without a ztunnel",
      description: "On {{ $value }} nodes no pod of the mesh can call or be called.",
    }),
  ];
}
