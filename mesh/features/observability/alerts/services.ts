import { alert, BY_SERVICE, requestsTo } from "./rule.ts";
import type { AlertingRule, Objective, RecordingRule, RuleSource } from "./rule.ts";

/** Windows over which errors are counted; each is recorded once and read by several alerts. */
const WINDOWS = ["5m", "30m", "1h", "6h"] as const;

/**
 * Pairs of a long and a short window, and how many times faster than allowed the budget of 30 days is spent: at 14.4 it
 * loses 2 % in an hour, at 6 it loses 5 % in six. Source: Google, The Site Reliability Workbook, chapter 5, table 5-8.
 */
const BURNS = [
  { name: "ServiceErrorBudgetBurnsFast", long: "1h", short: "5m", factor: 14.4, severity: "critical", for: "2m" },
  { name: "ServiceErrorBudgetBurnsSlowly", long: "6h", short: "30m", factor: 6, severity: "warning", for: "15m" },
] as const;

/** Share of requests that are answered with a 5xx, as their callers see it: a service that nobody reaches counts too. */
export function errorRatioRecordings({ plane }: RuleSource): RecordingRule[] {
  const reporter = `reporter="${plane.telemetry.caller}"`;
  return WINDOWS.map((window) => {
    const requests = (matchers: string) =>
      `sum by (${BY_SERVICE}) (rate(istio_requests_total{${matchers}}[${window}]))`;
    return {
      record: errorRatio(window),
      expr: `${requests(`${reporter}, response_code=~"5.."`)} / ${requests(reporter)}`,
    };
  });
}

/** Error budget, error ratio and latency of every service that the catalog names. */
export function serviceAlerts(source: RuleSource): AlertingRule[] {
  return [
    ...source.objectives.flatMap((objective) => [
      ...BURNS.map((burn) => budgetAlert(source, objective, burn)),
      latencyAlert(source, objective),
    ]),
    alert(source, "ServiceErrorRatioHigh", "warning", {
      expr: `${errorRatio("5m")} > 0.05 and ${errorRatio("30m")} > 0.05`,
      for: "5m",
      summary: "{{ $labels.destination_service_name }} answers more than 5 % with errors",
      description:
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service_name }}.{{ $labels.destination_service_namespace }} got a 5xx in the last 5 minutes.",
    }),
  ];
}

function budgetAlert(source: RuleSource, objective: Objective, burn: (typeof BURNS)[number]): AlertingRule {
  const { service, namespace, availabilityPercent } = objective;
  // Rounded, or floating point noise would stand in the rule: 14.4 * 0.001 is 0.014400000000000001.
  const limit = Number((burn.factor * (1 - availabilityPercent / 100)).toPrecision(6));
  const of = (window: string) => `${errorRatio(window)}{${requestsTo(objective)}} > ${limit}`;
  return alert(source, burn.name, burn.severity, {
    expr: `${of(burn.long)} and ${of(burn.short)}`,
    for: burn.for,
    summary: `${service} spends its error budget ${burn.factor} times faster than ${availabilityPercent} % allows`,
    description: `{{ $value | humanizePercentage }} of the requests to ${service}.${namespace} failed in the last ${burn.long}.`,
  });
}

function latencyAlert(source: RuleSource, objective: Objective): AlertingRule {
  const { service, namespace, latencyMs } = objective;
  const labels = `reporter="${source.plane.telemetry.callee}", ${requestsTo(objective)}`;
  return alert(source, "ServiceLatencyHigh", "warning", {
    expr: `histogram_quantile(0.99, sum by (le, ${BY_SERVICE}) (rate(istio_request_duration_milliseconds_bucket{${labels}}[5m]))) > ${latencyMs}`,
    for: "10m",
    summary: `${service} is slower than its objective of ${latencyMs} ms`,
    description: `The slowest 1 % of the requests to ${service}.${namespace} took {{ $value | humanize }} ms or more in the last 5 minutes.`,
  });
}

function errorRatio(window: string): string {
  return `service:istio_requests_errors:ratio_rate${window}`;
}
