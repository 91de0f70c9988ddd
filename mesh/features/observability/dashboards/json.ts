import { DATA_SOURCES } from "./names.ts";
import type { Dashboard, Panel } from "./panel.ts";

/** Version of Grafana's dashboard schema that these are written in. Newer Grafanas migrate it. Source: @grafana/schema 13.2. */
const SCHEMA_VERSION = 42;

const WIDTH = 12;
const HEIGHT = 8;

const SOURCE = { type: "prometheus", uid: DATA_SOURCES.prometheus } as const;

/** A dashboard as Grafana reads it: two panels a row. */
export function dashboardJson({ uid, title, variables = [], panels }: Dashboard) {
  return {
    uid,
    title,
    tags: ["ecommerce-mesh"],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    timezone: "browser",
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    templating: {
      list: variables.map(({ name, label, metric, from, where }) => ({
        name,
        label,
        type: "query" as const,
        datasource: SOURCE,
        query: { query: `label_values(${metric}{${where}}, ${from})`, refId: name },
        refresh: 2,
        sort: 1,
      })),
    },
    panels: panels.map(panelJson),
  };
}

function panelJson({ title, unit, queries, description }: Panel, index: number) {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    description,
    datasource: SOURCE,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    // Grafana writes cores without a unit.
    fieldConfig: { defaults: { unit: unit === "cores" ? "none" : unit, min: 0 }, overrides: [] },
    options: {
      legend: { calcs: [], displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "multi", sort: "desc" },
    },
    targets: queries.map(({ expr, legend }, number) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + number),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      // A point in the graph leads to its trace.
      exemplar: true,
    })),
  };
}
