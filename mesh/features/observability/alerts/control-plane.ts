import { alert, type AlertingRule, type RuleSource } from "./rule.ts";

/** istiod is there, reaches its proxies, and its certificates are good for a while. */
export function controlPlaneAlerts(source: RuleSource): AlertingRule[] {
  return [
    alert(source, "IstiodDown", "critical", {
      expr: `absent(istio_build{component="pilot"})`,
      for: "5m",
      summary: "No istiod answers",
      description: "Proxies keep their last configuration; new pods get no sidecar, and certificates are not renewed.",
    }),
    alert(source, "IstiodNotConverging", "warning", {
      expr: `histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[5m]))) > 30`,
      for: "10m",
      summary: "Changes take more than 30 s to reach the proxies",
      description: "The slowest 1 % of the changes took {{ $value | humanizeDuration }} to reach their proxies.",
    }),
    alert(source, "XdsRejected", "critical", {
      expr: `sum by (type) (increase(pilot_total_xds_rejects[10m])) > 0`,
      for: "1m",
      summary: "Proxies refuse their configuration ({{ $labels.type }})",
      description:
        "{{ $value | humanize }} pushes were refused in 10 minutes: these proxies run on what they had before.",
    }),
    alert(source, "MeshCertificateExpires", "critical", {
      expr: `min(citadel_server_root_cert_expiry_timestamp) - time() < 30 * 86400 or min(citadel_server_cert_chain_expiry_timestamp) - time() < 30 * 86400`,
      for: "1h",
      summary: "The mesh's certificate authority expires within 30 days",
      description: "It is good for another {{ $value | humanizeDuration }}. When it expires, no pod can call another.",
    }),
    alert(source, "WorkloadCertificateExpires", "critical", {
      expr: `min by (namespace, pod) (istio_agent_cert_expiry_seconds{resource_name="default"}) < 7200`,
      for: "15m",
      summary: "The certificate of {{ $labels.pod }} is not renewed",
      description:
        "It is good for another {{ $value | humanizeDuration }}; it should have been renewed at half of its life.",
    }),
  ];
}
