import { make, named } from "../../kubernetes/make.ts";
import { UNIT_SECONDS } from "./named.ts";
import type { Catalog } from "../../stack/catalog.ts";
import type { LocalLimitSpec } from "./schema/rate-limits.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import type { EnvoyFilterObject, Json } from "../../kubernetes/objects.ts";
import { actionsOf, PATH_KEY } from "./actions.ts";

/**
 * Values of a header that a proxy counts apart at the same time; beyond, the one unseen for longest is forgotten. About
 * 1 KiB each in the proxy (Envoy keeps a token bucket and its key); Envoy's own default is 20, too few for users.
 */
const MAX_VALUES = 10_000;

/** Share of requests that a filter looks at: all. Envoy's default is none. */
const ALWAYS = { numerator: 100, denominator: "HUNDRED" } as const;

/** The local limits of each service that has some: one EnvoyFilter a service, one HTTP filter a limit. */
export function localRateLimits(catalog: Catalog): EnvoyFilterObject[] {
  return Object.entries(catalog.services)
    .filter(([, { rateLimits }]) => rateLimits.local.length > 0)
    .map(([name, { rateLimits }]) =>
      make("EnvoyFilter", named(`${name}-local-rate-limit`, catalog.namespace, serviceLabels(catalog, name)), {
        workloadSelector: { labels: { app: name } },
        configPatches: rateLimits.local.map((limit, index) => ({
          applyTo: "HTTP_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: {
              filterChain: {
                filter: {
                  name: "envoy.filters.network.http_connection_manager",
                  // Behind authorization: what is refused there counts for nobody.
                  subFilter: { name: "envoy.filters.http.router" },
                },
              },
            },
          },
          patch: { operation: "INSERT_BEFORE", value: localFilter(limit, index) },
        })),
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
      response_headers_to_add: [
        {
          append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
          header: { key: "retry-after", value: String(retryAfterSeconds(limit)) },
        },
      ],
      ...counting(limit),
    },
  };
}

/** Envoy refills a bucket evenly, so the next request is let in after the window's share of one: 429s say that, rounded up. */
export function retryAfterSeconds({ requests, per }: Pick<LocalLimitSpec, "requests" | "per">): number {
  return Math.ceil(UNIT_SECONDS[per] / requests);
}

function counting(limit: LocalLimitSpec): Record<string, Json> {
  const { requests, per, header, prefix } = limit;
  const bucket = { max_tokens: requests, tokens_per_fill: requests, fill_interval: `${UNIT_SECONDS[per]}s` };
  if (header === undefined && prefix === undefined) {
    return { token_bucket: bucket };
  }
  const entries: Json[] = [
    ...(prefix === undefined ? [] : [{ key: PATH_KEY, value: prefix }]),
    // Without a value: each value that comes has a bucket of its own.
    ...(header === undefined ? [] : [{ key: header }]),
  ];
  return {
    always_consume_default_token_bucket: false,
    ...(header === undefined ? {} : { max_dynamic_descriptors: MAX_VALUES }),
    rate_limits: [{ actions: actionsOf(limit) }],
    descriptors: [{ entries, token_bucket: bucket }],
  };
}
