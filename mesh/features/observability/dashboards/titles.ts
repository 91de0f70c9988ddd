/** Titles of the dashboards that others find by their title. */
export const DASHBOARD_TITLES = {
  overview: "Mesh overview",
  service: "Service: golden signals",
  canary: "Canary beside stable",
} as const;
