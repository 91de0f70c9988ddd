import type { Catalog } from "../../stack/catalog.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { StackData } from "../../stack/stack.ts";
import type { GlobalLimitSpec } from "./schema/rate-limits.ts";

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

/** Every global limit of a catalog: those that somebody must count for all gateways together. */
export function namedLimits({ services }: Catalog): NamedLimit[] {
  return Object.entries(services).flatMap(([service, { rateLimits }]) =>
    rateLimits.global.map((limit, index) => ({ name: `${service}.${index}`, service, limit })),
  );
}

/** Name of the domain under which the limits are counted. */
export function domainOf({ traffic }: StackConfig, catalog: Catalog): string {
  return traffic.rateLimitService.domain ?? catalog.name;
}

/** Whether a stack installs the rate limit service itself: there is something to count, and nobody else who does. */
export function installsRateLimitService({ config, catalog }: Pick<StackData, "config" | "catalog">): boolean {
  return namedLimits(catalog).length > 0 && config.traffic.rateLimitService.address === undefined;
}
