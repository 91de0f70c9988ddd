/** Secrets that the addons read; the program makes them, so that no password stands in chart values. */
export const ADDON_SECRETS = {
  grafana: { name: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
  kiali: { name: "kiali-signing-key", key: "key" },
} as const;
