import { make, ofService } from "../../kubernetes/make.ts";
import type { EnvoyFilterObject, Json } from "../../kubernetes/objects.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { beforeRouter, headerActions, onPath, pathAction, retryAfter } from "./envoy.ts";
import { UNIT_SECONDS } from "./limits.ts";
import type { LocalLimitSpec } from "./schema/rate-limits.ts";

/**
 * Values of a header that a proxy counts apart at the same time; beyond, the one unseen for longest is forgotten. About
 * 1 KiB each in the proxy (Envoy keeps a token bucket and its key); Envoy's own default is 20, too few for users.
 */
const MAX_VALUES = 10_000;

/** Share of requests that a filter looks at: all. Envoy's default is none. */
const ALWAYS = { numerator: 100, denominator: "HUNDRED" } as const;

/** Key of the descriptor entry for a path. */
const PATH_KEY = "path";

/** The local limits of each service that has some: one EnvoyFilter a service, one HTTP filter a limit. */
export function localRateLimits(catalog: Catalog): EnvoyFilterObject[] {
  return Object.entries(catalog.services)
    .filter(([, { rateLimits }]) => rateLimits.local.length > 0)
    .map(([name, { rateLimits }]) =>
      make("EnvoyFilter", ofService(catalog, name, `${name}-local-rate-limit`), {
        workloadSelector: { labels: { app: name } },
        configPatches: rateLimits.local.map((limit, index) =>
          beforeRouter("SIDECAR_INBOUND", localFilter(limit, index)),
        ),
      }),
    );
}

/**
 * One HTTP filter of its own for each limit: the answer to a refused request carries a fixed `retry-after`, and windows differ.
 */
function localFilter(limit: LocalLimitSpec, index: number): Json {
  const statPrefix = `local_rate_limit_${index}`;
  return {
    name: `envoy.filters.http.local_ratelimit.${index}`,
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
      stat_prefix: statPrefix,
      status: { code: "TooManyRequests" },
      filter_enabled: { runtime_key: `${statPrefix}_enabled`, default_value: ALWAYS },
      filter_enforced: { runtime_key: `${statPrefix}_enforced`, default_value: ALWAYS },
      response_headers_to_add: retryAfter(retryAfterSeconds(limit)),
      ...counting(limit),
    },
  };
}

/** Envoy refills a bucket evenly, so the next request is let in after the window's share of one, rounded up. */
export function retryAfterSeconds({ requests, per }: Pick<LocalLimitSpec, "requests" | "per">): number {
  return Math.ceil(UNIT_SECONDS[per] / requests);
}

function counting({ requests, per, header, prefix }: LocalLimitSpec): Record<string, Json> {
  const token_bucket = { max_tokens: requests, tokens_per_fill: requests, fill_interval: `${UNIT_SECONDS[per]}s` };
  if (header === undefined && prefix === undefined) {
    return { token_bucket };
  }
  const path = prefix === undefined ? [] : [{ key: PATH_KEY, value: prefix }];
  // Without a value: each value that comes has a bucket of its own.
  const value = header === undefined ? [] : [{ key: header }];
  const onPrefix = prefix === undefined ? [] : [pathAction(PATH_KEY, prefix, [onPath(prefix)])];
  return {
    always_consume_default_token_bucket: false,
    ...(header === undefined ? {} : { max_dynamic_descriptors: MAX_VALUES }),
    rate_limits: [{ actions: [...onPrefix, ...headerActions(header)] }],
    descriptors: [{ entries: [...path, ...value], token_bucket }],
  };
}
