import type { DataPlane, ProxyTelemetry } from "../../data-plane/data-plane.ts";
import { DASHBOARD_TITLES } from "./names.ts";
import { panel, query, type Dashboard, type Panel, type Variable } from "./panel.ts";
import { DURATION, errorShare, ofLimit, quantiles, rate, rates, REQUESTS } from "./queries.ts";

const BY_SERVICE = "destination_service_name, destination_service_namespace";
const SERVICE = "{{destination_service_name}}";

function variable(namespace: string): Variable {
  return {
    name: "service",
    label: "Service",
    metric: REQUESTS,
    from: "destination_service_name",
    where: `destination_service_namespace="${namespace}"`,
  };
}

/** What happens in the whole mesh: which service gets how much, and which of them fails or is slow. */
export function meshOverview({ telemetry }: DataPlane): Dashboard {
  const seen = `reporter="${telemetry.caller}"`;
  const { metrics, policy } = telemetry.plainText;
  const [metric = REQUESTS] = metrics;
  const plainText = rate(
    metric,
    `reporter="destination", connection_security_policy="${policy}"`,
    "source_workload, destination_workload",
  );
  return {
    uid: "mesh-overview",
    title: DASHBOARD_TITLES.overview,
    panels: [
      panel("Requests", "reqps", [query(rate(REQUESTS, seen, BY_SERVICE), SERVICE)]),
      panel("Share of 5xx, as callers see it", "percentunit", [query(errorShare(seen, BY_SERVICE), SERVICE)]),
      panel("Latency, p99 of each service", "ms", quantiles(DURATION, seen, "destination_service_name").slice(-1)),
      panel(
        metric === REQUESTS ? "Requests without mutual TLS" : "Connections without mutual TLS",
        metric === REQUESTS ? "reqps" : "ops",
        [query(plainText, "{{source_workload}} to {{destination_workload}}")],
        "From the side that takes them. In a STRICT mesh: none.",
      ),
      panel(
        "Why requests failed",
        "reqps",
        [rates(REQUESTS, `${seen}, response_flags!="-"`, "response_flags, destination_service_name")],
        "Envoy's flags: UH and UF no pod answers, UO circuit breaker, NR no route, UT timeout, RL rate limit.",
      ),
      panel("TCP, bytes sent", "bytes", [
        query(rate("istio_tcp_sent_bytes_total", `reporter="source"`, BY_SERVICE), SERVICE),
      ]),
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
      panel("Traffic by caller", "reqps", [rates(REQUESTS, callee, "source_workload")]),
      panel("Traffic by response code", "reqps", [rates(REQUESTS, callee, "response_code")]),
      panel("Errors: share of 5xx", "percentunit", [
        query(errorShare(caller, "destination_service_name"), "as callers see it"),
        ...(caller === callee ? [] : [query(errorShare(callee, "destination_service_name"), "as the service answers")]),
      ]),
      panel("Saturation: CPU of its limit", "percentunit", [ofLimit("cpu", pods, "pod, container")]),
      panel("Saturation: memory of its limit", "percentunit", [ofLimit("memory", pods, "pod, container")]),
    ],
  };
}

/** At both ends, or in the one place in between where requests are measured. */
function latencies(reporters: ProxyTelemetry, callee: string, caller: string): Panel[] {
  return reporters.callee === reporters.caller
    ? [panel(`Latency, as the ${reporters.callee} measures it`, "ms", quantiles(DURATION, callee))]
    : [
        panel("Latency, as the service measures it", "ms", quantiles(DURATION, callee)),
        panel(
          "Latency, as its callers measure it",
          "ms",
          quantiles(DURATION, caller),
          "Above the other graph by what network, sidecars and retries add.",
        ),
      ];
}

/** The versions of one service side by side. */
export function canaryComparison(namespace: string, { telemetry }: DataPlane): Dashboard {
  const service = `reporter="${telemetry.callee}", destination_service_name="$service", destination_service_namespace="${namespace}"`;
  const by = "destination_version";
  const legend = `{{${by}}}`;
  const all = `sum(rate(${REQUESTS}{${service}}[$__rate_interval]))`;
  return {
    uid: "mesh-canary",
    title: DASHBOARD_TITLES.canary,
    variables: [variable(namespace)],
    panels: [
      panel(
        "Share of the requests",
        "percentunit",
        [query(`${rate(REQUESTS, service, by)} / ignoring (${by}) group_left () ${all}`, legend)],
        "What really arrives: compare it with the weights.",
      ),
      panel("Share of 5xx", "percentunit", [query(errorShare(service, by), legend)]),
      ...quantiles(DURATION, service, by).map(({ expr }, index) =>
        panel(`Latency, ${["p50", "p95", "p99"][index] ?? ""}`, "ms", [query(expr, legend)]),
      ),
      panel("Response codes", "reqps", [rates(REQUESTS, service, `${by}, response_code`)]),
    ],
  };
}
