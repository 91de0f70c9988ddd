import type { Check } from "./index.ts";

/** What an addon reads from is there: installed, or elsewhere under an address. */
export const checkObservability: Check = ({ config }) => {
  const { prometheus, grafana, kiali } = config.observability;
  if (prometheus.enabled || prometheus.address !== undefined) {
    return [];
  }
  return Object.entries({ grafana, kiali })
    .filter(([, addon]) => addon.enabled && addon.address === undefined)
    .map(([name]) => ({
      path: "observability.prometheus.enabled",
      message: `expected true, because observability.${name} reads from Prometheus; got false`,
      hint: "or give observability.prometheus.address",
    }));
};
