import { query, type Query } from "./panel.ts";

/** Window of every rate: long enough for four scrapes, as Grafana computes it. */
const WINDOW = "$__rate_interval";

/** Requests that proxies counted, and how long they took. */
export const REQUESTS = "istio_requests_total";
export const DURATION = "istio_request_duration_milliseconds";

const CPU = "container_cpu_usage_seconds_total";
const MEMORY = "container_memory_working_set_bytes";

/** A sum of rates by some labels. */
export function rate(metric: string, matchers: string, by: string): string {
  return `sum by (${by}) (rate(${metric}{${matchers}}[${WINDOW}]))`;
}

/** A query of rates by some labels, its series called by the values of these. */
export function rates(metric: string, matchers: string, by: string): Query {
  return query(rate(metric, matchers, by), legendOf(by));
}

/** CPU of containers in cores, by some labels. */
export function cpu(matchers: string, by: string): Query {
  return rates(CPU, matchers, by);
}

/** Memory of containers in bytes, by some labels. */
export function memory(matchers: string, by: string): Query {
  return query(`sum by (${by}) (${MEMORY}{${matchers}})`, legendOf(by));
}

/** CPU or memory of containers as a share of their limit, by some labels. */
export function ofLimit(resource: "cpu" | "memory", matchers: string, by: string): Query {
  const { expr, legend } = resource === "cpu" ? cpu(matchers, by) : memory(matchers, by);
  return query(
    `${expr} / sum by (${by}) (kube_pod_container_resource_limits{resource="${resource}", ${matchers}})`,
    legend,
  );
}

/** Expressions for the CPU and the memory that containers use all together. */
export const TOTAL = {
  cpu: (matchers: string) => `sum(rate(${CPU}{${matchers}}[${WINDOW}]))`,
  memory: (matchers: string) => `sum(${MEMORY}{${matchers}})`,
} as const;

/** Pods of autoscalers now, and at the most. @param now how the series of the first are called */
export function autoscaled(matchers: string, now: string, most: string): Query[] {
  const sum = (what: string) => `sum by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_${what}{${matchers}})`;
  return [query(sum("status_current_replicas"), now), query(sum("spec_max_replicas"), most)];
}

/** A quantile of a histogram by some labels, `le` among them. */
export function quantile(share: number, histogram: string, matchers: string, by: string): string {
  return `histogram_quantile(${share}, ${rate(`${histogram}_bucket`, matchers, by)})`;
}

/** Quantiles of a histogram, of everything or by a label: one query for each of p50, p95 and p99. */
export function quantiles(histogram: string, matchers: string, by?: string): Query[] {
  const [labels, suffix] = by === undefined ? ["le", ""] : [`le, ${by}`, ` {{${by}}}`];
  return [0.5, 0.95, 0.99].map((share) =>
    query(quantile(share, histogram, matchers, labels), `p${share * 100}${suffix}`),
  );
}

/** Share of requests answered with a 5xx. */
export function errorShare(matchers: string, by: string): string {
  const all = rate(REQUESTS, matchers, by);
  // Where nothing fails there is no series of errors, and the share is 0.
  return `(${rate(REQUESTS, `${matchers}, response_code=~"5.."`, by)} or ${all} * 0) / ${all}`;
}

function legendOf(by: string): string {
  return by
    .split(", ")
    .map((label) => `{{${label}}}`)
    .join(" ");
}
