import { WAYPOINT } from "../../data-plane/waypoint.ts";
import { KUBE_SYSTEM, RELEASES } from "../../../kubernetes/names.ts";
import { alert, type AlertingRule, type RuleSource } from "./rule.ts";

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
