/** A query of Prometheus and how its series are called. */
export interface Query {
  readonly expr: string;
  /** Grafana's `{{label}}`. */
  readonly legend: string;
}

/** One graph: what it shows and by which queries. */
export interface Panel {
  readonly title: string;
  /** Unit of the axis, as Grafana names it, but for `cores`. */
  readonly unit: "reqps" | "percentunit" | "ms" | "s" | "short" | "bytes" | "cores" | "ops";
  readonly queries: readonly Query[];
  /** What to look for in it; may be empty. */
  readonly description: string;
}

/** A variable whose values the viewer picks: `label_values(METRIC{WHERE}, FROM)`. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly metric: string;
  readonly from: string;
  /** Matchers of that query. */
  readonly where: string;
}

/** A page of graphs. */
export interface Dashboard {
  /** Part of its address in Grafana: never changes. */
  readonly uid: string;
  readonly title: string;
  readonly variables?: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** A graph of queries. @param description what to look for in it */
export function panel(title: string, unit: Panel["unit"], queries: readonly Query[], description = ""): Panel {
  return { title, unit, queries, description };
}

/** A query, its series called by `legend`. */
export function query(expr: string, legend: string): Query {
  return { expr, legend };
}
