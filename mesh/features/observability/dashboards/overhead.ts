import { WAYPOINT } from "../../data-plane/waypoint.ts";
import { KUBE_SYSTEM, RELEASES } from "../../../kubernetes/names.ts";
import { panel, query, type Dashboard } from "./panel.ts";
import { autoscaled, cpu, DURATION, memory, ofLimit, quantile, TOTAL } from "./queries.ts";

const UID = "mesh-sidecars";

/** What the sidecars cost: their share of CPU and memory, and the time they add. */
export function sidecarOverhead(namespace: string): Dashboard {
  const all = `namespace="${namespace}", container!="", container!="POD"`;
  const sidecars = `namespace="${namespace}", container="istio-proxy"`;
  const p50 = (reporter: string) =>
    quantile(
      0.5,
      DURATION,
      `reporter="${reporter}", destination_service_namespace="${namespace}"`,
      "le, destination_service_name",
    );
  const between = `${p50("source")} - ${p50("destination")}`;
  return {
    uid: UID,
    title: "Sidecar overhead",
    panels: [
      panel(
        "Sidecars' share of the application's CPU",
        "percentunit",
        [query(`${TOTAL.cpu(sidecars)} / ${TOTAL.cpu(all)}`, "CPU")],
        "About 15 % is usual.",
      ),
      panel("Sidecars' share of the application's memory", "percentunit", [
        query(`${TOTAL.memory(sidecars)} / ${TOTAL.memory(all)}`, "memory"),
      ]),
      panel("Memory of each sidecar", "bytes", [memory(sidecars, "pod")]),
      panel("CPU of each sidecar", "cores", [cpu(sidecars, "pod")]),
      panel(
        "Time between the caller's sidecar and the callee's, p50",
        "ms",
        [query(between, "{{destination_service_name}}")],
        "Network and sidecars together: what callers measure less what the service does.",
      ),
      panel(
        "That time as a share of the answer's, p50",
        "percentunit",
        [query(`(${between}) / ${p50("source")}`, "{{destination_service_name}}")],
        "Under 5 % is usual for answers of 50 ms and more; short answers have a larger share.",
      ),
    ],
  };
}

/** What the shared proxies of an ambient mesh cost: ztunnel on every node, and the waypoint. */
export function sharedProxyOverhead(namespace: string): Dashboard {
  const waypoint = `namespace="${namespace}", container="istio-proxy"`;
  const ztunnel = `namespace="${KUBE_SYSTEM}", pod=~"${RELEASES.ztunnel}-.+", container="istio-proxy"`;
  const application = `namespace="${namespace}", container!="istio-proxy", container!="", container!="POD"`;
  const share = (total: (matchers: string) => string) => {
    const proxies = `${total(waypoint)} + ${total(ztunnel)}`;
    return `(${proxies}) / (${proxies} + ${total(application)})`;
  };
  return {
    uid: UID,
    title: "Overhead of waypoint and ztunnel",
    panels: [
      panel(
        "The proxies' share of CPU",
        "percentunit",
        [query(share(TOTAL.cpu), "CPU")],
        "Of what the application and its proxies use together.",
      ),
      panel("The proxies' share of memory", "percentunit", [query(share(TOTAL.memory), "memory")]),
      panel("CPU of the waypoint, of its limit", "percentunit", [ofLimit("cpu", waypoint, "pod")]),
      panel("CPU of each ztunnel, of its limit", "percentunit", [ofLimit("cpu", ztunnel, "pod")]),
      panel("Memory of each proxy", "bytes", [memory(waypoint, "pod"), memory(ztunnel, "pod")]),
      panel(
        "Pods of the waypoint, and the most there may be",
        "short",
        autoscaled(`namespace="${namespace}", horizontalpodautoscaler="${WAYPOINT}"`, "pods", "at the most"),
      ),
    ],
  };
}
