import type { Json } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { toYaml } from "../../kubernetes/yaml.ts";
import { domainOf, LIMIT_KEY, type NamedLimit, namedLimits } from "./named.ts";

/**
 * Configuration of envoyproxy/ratelimit for a catalog, as the YAML file that it reads; undefined without global limits.
 */
export function rateLimitServiceConfig({ config, catalog }: StackData): string | undefined {
  const limits = namedLimits(catalog);
  return limits.length === 0
    ? undefined
    : toYaml({ domain: domainOf(config, catalog), descriptors: limits.map(descriptor) });
}

function descriptor({ name, limit: { requests, per, header } }: NamedLimit): Json {
  const rate_limit = { unit: per, requests_per_unit: requests };
  return {
    key: LIMIT_KEY,
    value: name,
    // Without a value: each value that comes is counted apart.
    ...(header === undefined ? { rate_limit } : { descriptors: [{ key: header, rate_limit }] }),
  };
}
