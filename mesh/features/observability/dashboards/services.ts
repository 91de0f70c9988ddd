import type { DataPlane, ProxyTelemetry } from "../../data-plane/data-plane.ts";
import { DASHBOARD_TITLES } from "./titles.ts";
import { errorShare, quantiles, rate, type Dashboard, type Panel, type Variable } from "./panel.ts";

const BY_SERVICE = "destination_service_name, destination_service_namespace";
const DURATION = "istio_request_duration_milliseconds";

function variable(namespace: string): Variable {
  return {
    name: "service",
    label: "Service",
    metric: "istio_requests_total",
    from: "destination_service_name",
    where: `destination_service_namespace="${namespace}"`,
  };
}

const REQUESTS = "istio_requests_total";

/** What happens in the whole mesh: which service gets how much, and which of them fails or is slow. */
export function meshOverview({ telemetry }: DataPlane): Dashboard {
  const seen = `reporter="${telemetry.caller}"`;
  const { metrics, policy } = telemetry.plainText;
  const [metric = REQUESTS] = metrics;
  return {
    uid: "mesh-overview",
    title: DASHBOARD_TITLES.overview,
    variables: [],
    panels: [
      {
        title: "Requests",
        unit: "reqps",
        queries: [{ expr: rate(REQUESTS, seen, BY_SERVICE), legend: "{{destination_service_name}}" }],
      },
      {
        title: "Share of 5xx, as callers see it",
        unit: "percentunit",
        queries: [{ expr: errorShare(seen, BY_SERVICE), legend: "{{destination_service_name}}" }],
      },
      {
        title: "Latency, p99 of each service",
        unit: "ms",
        queries: quantiles(DURATION, seen, "destination_service_name").slice(-1),
      },
      {
        title: metric === REQUESTS ? "Requests without mutual TLS" : "Connections without mutual TLS",
        unit: metric === REQUESTS ? "reqps" : "ops",
        description: "From the side that takes them. In a STRICT mesh: none.",
        queries: [
          {
            expr: rate(
              metric,
              `reporter="destination", connection_security_policy="${policy}"`,
              "source_workload, destination_workload",
            ),
            legend: "{{source_workload}} to {{destination_workload}}",
          },
        ],
      },
      {
        title: "Why requests failed",
        unit: "reqps",
        description:
          "Envoy's flags: UH and UF no pod answers, UO circuit breaker, NR no route, UT timeout, RL rate limit.",
        queries: [
          {
            expr: rate(
              "istio_requests_total",
              `${seen}, response_flags!="-"`,
              "response_flags, destination_service_name",
            ),
            legend: "{{response_flags}} {{destination_service_name}}",
          },
        ],
      },
      {
        title: "TCP, bytes sent",
        unit: "bytes",
        queries: [
          {
            expr: rate("istio_tcp_sent_bytes_total", `reporter="source"`, BY_SERVICE),
            legend: "{{destination_service_name}}",
          },
        ],
      },
    ],
  };
}

/** The four golden signals of one service: latency, traffic, errors, saturation. */
export function serviceSignals(namespace: string, { telemetry }: DataPlane): Dashboard {
  const service = `destination_service_name="$service", destination_service_namespace="${namespace}"`;
  const callee = `reporter="${telemetry.callee}", ${service}`;
  const caller = `reporter="${telemetry.caller}", ${service}`;
  const pods = `namespace="${namespace}", pod=~"$service-.+", container!="", container!="POD"`;
  return {
    uid: "mesh-service",
    title: DASHBOARD_TITLES.service,
    variables: [variable(namespace)],
    panels: [
      ...latencies(telemetry, callee, caller),
      {
        title: "Traffic by caller",
        unit: "reqps",
        queries: [{ expr: rate(REQUESTS, callee, "source_workload"), legend: "{{source_workload}}" }],
      },
      {
        title: "Traffic by response code",
        unit: "reqps",
        queries: [{ expr: rate(REQUESTS, callee, "response_code"), legend: "{{response_code}}" }],
      },
      {
        title: "Errors: share of 5xx",
        unit: "percentunit",
        queries: [
          { expr: errorShare(caller, "destination_service_name"), legend: "as callers see it" },
          ...(caller === callee
            ? []
            : [{ expr: errorShare(callee, "destination_service_name"), legend: "as the service answers" }]),
        ],
      },
      {
        title: "Saturation: CPU of its limit",
        unit: "percentunit",
        queries: [
          {
            expr: `${rate("container_cpu_usage_seconds_total", pods, "pod, container")} / sum by (pod, container) (kube_pod_container_resource_limits{resource="cpu", ${pods}})`,
            legend: "{{pod}} {{container}}",
          },
        ],
      },
      {
        title: "Saturation: memory of its limit",
        unit: "percentunit",
        queries: [
          {
            expr: `sum by (pod, container) (container_memory_working_set_bytes{${pods}}) / sum by (pod, container) (kube_pod_container_resource_limits{resource="memory", ${pods}})`,
            legend: "{{pod}} {{container}}",
          },
        ],
      },
    ],
  };
}

/** At both ends, or in the one place in between where requests are measured. */
function latencies(reporters: ProxyTelemetry, callee: string, caller: string): Panel[] {
  return reporters.callee === reporters.caller
    ? [{ title: `Latency, as the ${reporters.callee} measures it`, unit: "ms", queries: quantiles(DURATION, callee) }]
    : [
        { title: "Latency, as the service measures it", unit: "ms", queries: quantiles(DURATION, callee) },
        {
          title: "Latency, as its callers measure it",
          unit: "ms",
          description: "Above the other graph by what network, sidecars and retries add.",
          queries: quantiles(DURATION, caller),
        },
      ];
}

/** The versions of one service side by side. */
export function canaryComparison(namespace: string, { telemetry }: DataPlane): Dashboard {
  const service = `reporter="${telemetry.callee}", destination_service_name="$service", destination_service_namespace="${namespace}"`;
  const by = "destination_version";
  return {
    uid: "mesh-canary",
    title: DASHBOARD_TITLES.canary,
    variables: [variable(namespace)],
    panels: [
      {
        title: "Share of the requests",
        unit: "percentunit",
        description: "What really arrives: compare it with the weights.",
        queries: [
          {
            expr: `${rate(REQUESTS, service, by)} / ignoring (destination_version) group_left () sum(rate(istio_requests_total{${service}}[$__rate_interval]))`,
            legend: "{{destination_version}}",
          },
        ],
      },
      {
        title: "Share of 5xx",
        unit: "percentunit",
        queries: [{ expr: errorShare(service, by), legend: "{{destination_version}}" }],
      },
      ...quantiles(DURATION, service, by).map((query, index) => ({
        title: `Latency, ${["p50", "p95", "p99"][index] ?? ""}`,
        unit: "ms" as const,
        queries: [{ ...query, legend: "{{destination_version}}" }],
      })),
      {
        title: "Response codes",
        unit: "reqps",
        queries: [
          {
            expr: rate(REQUESTS, service, `${by}, response_code`),
            legend: "{{destination_version}} {{response_code}}",
          },
        ],
      },
    ],
  };
}
