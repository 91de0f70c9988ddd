import type { Catalog } from "../../stack/catalog.ts";
import type { GlobalLimitSpec } from "./schema/rate-limits.ts";
import type { StackData } from "../../stack/stack.ts";

/** Seconds of the units that limits are given in. */
export const UNIT_SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** Key of the descriptor entry that names a limit. */
export const LIMIT_KEY = "limit";

/** A global limit, under the name by which the gateway and the rate limit service both know it. */
export interface NamedLimit {
  /** `<service>.<index>`: the value of the descriptor's first entry. */
  readonly name: string;
  readonly service: string;
  readonly limit: GlobalLimitSpec;
}

/** Every global limit of a catalog. */
export function namedLimits(catalog: Catalog): NamedLimit[] {
  return Object.entries(catalog.services).flatMap(([service, { rateLimits }]) =>
    rateLimits.global.map((limit, index) => ({ name: `${service}.${index}`, service, limit })),
  );
}

/** Name of the domain under which the limits are counted. */
export function domainOf(config: StackData["config"], catalog: Catalog): string {
  return config.traffic.rateLimitService.domain ?? catalog.name;
}
