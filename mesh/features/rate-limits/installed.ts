import type { StackData } from "../../stack/stack.ts";

/** Whether the catalog has limits that somebody must count for all gateways together. */
export function hasGlobalLimits({ catalog }: Pick<StackData, "catalog">): boolean {
  return Object.values(catalog.services).some(({ rateLimits }) => rateLimits.global.length > 0);
}

/** Whether a stack installs the rate limit service itself: there is something to count, and nobody else who does. */
export function installsRateLimitService(stack: StackData): boolean {
  return hasGlobalLimits(stack) && stack.config.traffic.rateLimitService.address === undefined;
}
