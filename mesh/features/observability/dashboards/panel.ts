/** Unit of an axis, as Grafana names it. */
export type Unit = "reqps" | "percentunit" | "ms" | "s" | "short" | "bytes" | "cores" | "ops";

/** One graph: what it shows and by which queries. */
export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** What to look for in it. */
  readonly description?: string;
}

/** A query of Prometheus and how its series are called. */
export interface Query {
  readonly expr: string;
  /** Grafana's `{{label}}`. */
  readonly legend: string;
}

/** A graph of queries. @param description what to look for in it */
export function panel(title: string, unit: Unit, queries: readonly Query[], description?: string): Panel {
  return description === undefined ? { title, unit, queries } : { title, unit, queries, description };
}

/** A query, its series called by `legend`. */
export function query(expr: string, legend: string): Query {
  return { expr, legend };
}

/** A variable whose values the viewer picks. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** A query of Prometheus for the values: `label_values(METRIC, LABEL)`. */
  readonly metric: string;
  readonly from: string;
  /** Matchers of that query. */
  readonly where?: string;
}

/** A page of graphs. */
export interface Dashboard {
  /** Part of its address in Grafana: never changes. */
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** Window of every rate: long enough for four scrapes, as Grafana computes it. */
export const WINDOW = "$__rate_interval";

/** Quantiles of a histogram by some labels: one query for each of p50, p95 and p99. */
export function quantiles(histogram: string, matchers: string, by = ""): Query[] {
  const labels = by === "" ? "le" : `le, ${by}`;
  return ([0.5, 0.95, 0.99] as const).map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${labels}) (rate(${histogram}_bucket{${matchers}}[${WINDOW}])))`,
    legend: `p${quantile * 100}${by === "" ? "" : ` {{${by}}}`}`,
  }));
}

/** A sum of rates by some labels. */
export function rate(metric: string, matchers: string, by: string): string {
  return `sum by (${by}) (rate(${metric}{${matchers}}[${WINDOW}]))`;
}

/** Share of requests answered with a 5xx. */
export function errorShare(matchers: string, by: string): string {
  const errors = rate("istio_requests_total", `${matchers}, response_code=~"5.."`, by);
  const all = rate("istio_requests_total", matchers, by);
  // Where nothing fails there is no series of errors, and the share is 0.
  return `(${errors} or ${all} * 0) / ${all}`;
}
