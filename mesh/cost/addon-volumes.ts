import type { StackConfig } from "../stack/config.ts";
import type { VolumeConfig } from "../features/observability/schema/addon.ts";
import { parseQuantity } from "../kubernetes/quantity.ts";
import type { RegionPrices } from "./prices.ts";
import type { CostItem } from "./cost-item.ts";

const GIB = 2 ** 30;

/** What metrics and traces are kept on: one volume a pod. */
export function addonVolumes(
  { observability }: StackConfig,
  prices: Pick<RegionPrices, "gp3GbMonth">,
): readonly CostItem[] {
  const { prometheus, jaeger } = observability;
  return [
    ...(prometheus.enabled ? volumes("Prometheus", prometheus.volume, metricsPods(prometheus), prices) : []),
    ...(jaeger.enabled ? volumes("Jaeger", jaeger.volume, 1, prices) : []),
  ];
}

function metricsPods({ kind, replicas }: StackConfig["observability"]["prometheus"]): number {
  return kind === "operator" ? replicas : 1;
}

function volumes(addon: string, volume: VolumeConfig, pods: number, { gp3GbMonth }: Pick<RegionPrices, "gp3GbMonth">) {
  const gib = parseQuantity(volume.size) / GIB;
  return volume.enabled
    ? [
        {
          component: "observability" as const,
          item: `${addon} volumes`,
          quantity: `${pods} x ${gib} GiB gp3`,
          exact: pods * gib * gp3GbMonth,
        },
      ]
    : [];
}
