import type { CustomTag, MetricOverride } from "../schema/observability.ts";
import { defined } from "../../../kubernetes/defined.ts";
import type { TelemetryObject } from "../../../kubernetes/objects.ts";

type TelemetrySpec = TelemetryObject["spec"];
export type TracingSpec = NonNullable<TelemetrySpec["tracing"]>;
export type MetricsSpec = NonNullable<TelemetrySpec["metrics"]>;
export type AccessLoggingSpec = NonNullable<TelemetrySpec["accessLogging"]>;
interface TagOverride {
  readonly operation: "UPSERT" | "REMOVE";
  readonly value?: string;
}
type SpecTags = NonNullable<TracingSpec[number]["customTags"]>;

/** How many requests are traced, and with which tags. */
export function tracingSpec(
  provider: string,
  samplingPercent: number,
  tags: Readonly<Record<string, CustomTag>>,
): TracingSpec {
  const customTags: SpecTags = Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, tagSource(tag)]));
  return [
    {
      providers: [{ name: provider }],
      randomSamplingPercentage: samplingPercent,
      ...(Object.keys(customTags).length > 0 && { customTags }),
    },
  ];
}

function tagSource(tag: CustomTag): SpecTags[string] {
  const fallback = defined({ defaultValue: tag.default });
  if (tag.header !== undefined) {
    return { header: { name: tag.header, ...fallback } };
  }
  return tag.environment !== undefined
    ? { environment: { name: tag.environment, ...fallback } }
    : { literal: { value: tag.literal ?? "" } };
}

/** Changes of Istio's metrics, in the order in which they are given. */
export function metricsSpec(overrides: readonly MetricOverride[]): MetricsSpec {
  return [
    {
      providers: [{ name: "prometheus" }],
      overrides: overrides.map((override) => ({
        match: { metric: override.metric, mode: override.reporter },
        ...(override.disabled && { disabled: true }),
        ...tagOverrides(override),
      })),
    },
  ];
}

function tagOverrides({ set, remove }: MetricOverride) {
  const changes: Record<string, TagOverride> = {};
  for (const [name, value] of Object.entries(set)) {
    changes[name] = { operation: "UPSERT", value };
  }
  for (const name of remove) {
    changes[name] = { operation: "REMOVE" };
  }
  return Object.keys(changes).length > 0 && { tagOverrides: changes };
}

/** Which requests the proxies log, with Istio's own provider: JSON on standard output. */
export function accessLoggingSpec(mode: "all" | "filtered" | "none", filter: string | undefined): AccessLoggingSpec {
  const providers = [{ name: "envoy" }];
  if (mode === "none") {
    return [{ providers, disabled: true }];
  }
  return mode === "filtered" && filter !== undefined
    ? [{ providers, filter: { expression: filter } }]
    : [{ providers }];
}
