import type { HelmValue } from "../../kubernetes/objects.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import { SCRAPE_SECONDS } from "./volume.ts";

const INTERVAL = `${SCRAPE_SECONDS}s`;

/**
 * Pods that the operator's Prometheus scrapes: everything that carries an Envoy or ztunnel (sidecars, gateways, waypoints and
 * ztunnel all call the container `istio-proxy` and annotate their port), and istiod. The other kind of Prometheus finds
 * them by the same annotations with its chart's own scrape configuration.
 * Source: istio samples/addons/extras/prometheus-operator.yaml, 1.30.3.
 */
export function podMonitors(): HelmValue {
  return [
    {
      name: "istio-proxies",
      jobLabel: "envoy-stats",
      namespaceSelector: { any: true },
      selector: { matchExpressions: [{ key: "istio-prometheus-ignore", operator: "DoesNotExist" }] },
      podMetricsEndpoints: [
        {
          path: "/stats/prometheus",
          interval: INTERVAL,
          relabelings: [
            { action: "keep", sourceLabels: ["__meta_kubernetes_pod_container_name"], regex: "istio-proxy" },
            { action: "keep", sourceLabels: ["__meta_kubernetes_pod_annotationpresent_prometheus_io_scrape"] },
            address("(\\d+);(([A-Fa-f0-9]{1,4}::?){1,7}[A-Fa-f0-9]{1,4})", "[$2]:$1"),
            address("(\\d+);((([0-9]+?)(\\.|$)){4})", "$2:$1"),
            { action: "replace", sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
            { action: "replace", sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "pod" },
          ],
        },
      ],
    },
    {
      name: "opentelemetry-collector",
      jobLabel: "app.kubernetes.io/name",
      namespaceSelector: { matchNames: [NAMESPACES.observability] },
      selector: { matchLabels: { "app.kubernetes.io/name": "opentelemetry-collector" } },
      podMetricsEndpoints: [{ port: "metrics", interval: INTERVAL }],
    },
  ];
}

/** The address of a pod's annotated port, where the pod's own address is of this form. */
function address(regex: string, replacement: string): HelmValue {
  const sourceLabels = ["__meta_kubernetes_pod_annotation_prometheus_io_port", "__meta_kubernetes_pod_ip"];
  return { action: "replace", regex, replacement, sourceLabels, targetLabel: "__address__" };
}

/** Services that Prometheus scrapes: istiod of every revision, Jaeger and Kiali. */
export function serviceMonitors(): HelmValue {
  return [
    {
      name: "istiod",
      jobLabel: "istio",
      targetLabels: ["app"],
      namespaceSelector: { matchNames: [NAMESPACES.istioSystem] },
      selector: { matchLabels: { istio: "pilot" } },
      endpoints: [{ port: "http-monitoring", interval: INTERVAL }],
    },
    {
      name: "tracing-and-console",
      jobLabel: "app.kubernetes.io/name",
      namespaceSelector: { matchNames: [NAMESPACES.observability] },
      selector: {
        matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["jaeger", "kiali"] }],
      },
      endpoints: [
        { port: "internal-metrics", interval: INTERVAL },
        { port: "http-metrics", interval: INTERVAL },
      ],
    },
  ];
}
