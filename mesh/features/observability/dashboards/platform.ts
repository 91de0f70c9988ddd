import { NAMESPACES } from "../../../kubernetes/names.ts";
import { panel, query, type Dashboard } from "./panel.ts";
import { autoscaled, cpu, DURATION, errorShare, memory, ofLimit, quantiles, rates, REQUESTS } from "./queries.ts";

/** istiod: how fast changes reach the proxies, and what they refuse. */
export function controlPlane(): Dashboard {
  const pods = `namespace="${NAMESPACES.istioSystem}", container="discovery"`;
  const days = (what: string) => `(min(citadel_server_${what}_expiry_timestamp) - time()) / 86400`;
  return {
    uid: "mesh-control-plane",
    title: "Control plane",
    panels: [
      panel("From a change to the proxies", "s", quantiles("pilot_proxy_convergence_time", "")),
      panel("Time of a push", "s", quantiles("pilot_xds_push_time", "", "type").slice(-1)),
      panel("Time in the queue before a push", "s", quantiles("pilot_proxy_queue_time", "")),
      panel("Pushes by type", "ops", [rates("pilot_xds_pushes", "", "type")]),
      panel(
        "Configuration that proxies refused",
        "ops",
        [rates("pilot_total_xds_rejects", "", "type")],
        "Anything above 0 is a fault: these proxies go on with what they had.",
      ),
      panel("Why istiod pushes", "ops", [rates("pilot_push_triggers", "", "type")]),
      panel("Proxies connected", "short", [query("sum by (pod) (pilot_xds)", "{{pod}}")]),
      panel("CPU of istiod", "cores", [cpu(pods, "pod")]),
      panel("Memory of istiod", "bytes", [memory(pods, "pod")]),
      panel("Days until the mesh's authority ends", "short", [
        query(days("root_cert"), "root"),
        query(days("cert_chain"), "chain"),
      ]),
    ],
  };
}

/** The gateways: what arrives, how it is answered, and how much headroom is left. */
export function gateways(): Dashboard {
  const namespaces = `${NAMESPACES.ingress}|${NAMESPACES.egress}`;
  const seen = `reporter="source", source_workload_namespace=~"${namespaces}"`;
  const pods = `namespace=~"${namespaces}", container="istio-proxy"`;
  const name = "{{horizontalpodautoscaler}}";
  return {
    uid: "mesh-gateways",
    title: "Gateways",
    panels: [
      panel("Requests by gateway and code", "reqps", [rates(REQUESTS, seen, "source_workload, response_code")]),
      panel("Share of 5xx by service", "percentunit", [
        query(errorShare(seen, "destination_service_name"), "{{destination_service_name}}"),
      ]),
      panel("Latency", "ms", quantiles(DURATION, seen)),
      panel(
        "Refused before a service",
        "reqps",
        [rates(REQUESTS, `${seen}, response_flags!="-"`, "response_flags")],
        "NR: no route. RL: rate limit. UAEX: an external authorizer refused.",
      ),
      panel("CPU of its limit", "percentunit", [ofLimit("cpu", pods, "pod")]),
      panel(
        "Pods, and the most there may be",
        "short",
        autoscaled(`namespace=~"${namespaces}"`, name, `${name} at the most`),
      ),
    ],
  };
}
