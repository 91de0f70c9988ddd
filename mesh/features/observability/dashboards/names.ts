/** Uids of Grafana's data sources; dashboards refer to them. */
export const DATA_SOURCES = { prometheus: "prometheus", jaeger: "jaeger" } as const;

/** Titles of the dashboards that Kiali links to: it finds them by their title. */
export const DASHBOARD_TITLES = {
  overview: "Mesh overview",
  service: "Service: golden signals",
  canary: "Canary beside stable",
} as const;
