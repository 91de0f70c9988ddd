/** Uids of Grafana's data sources; dashboards refer to them. */
export const DATA_SOURCES = { prometheus: "prometheus", jaeger: "jaeger" } as const;
