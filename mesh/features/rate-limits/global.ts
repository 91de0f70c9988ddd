import { make, named } from "../../kubernetes/make.ts";
import type { Catalog, ServiceSpec } from "../../stack/catalog.ts";
import { INGRESS_SELECTOR, NAMESPACES } from "../../kubernetes/names.ts";
import type { EnvoyFilterObject, Json } from "../../kubernetes/objects.ts";
import { rateLimitAddress } from "./names.ts";
import type { StackData } from "../../stack/stack.ts";
import { routesAt } from "../../stack/routes.ts";
import { pathRegex } from "./actions.ts";
import { domainOf, LIMIT_KEY, type NamedLimit, namedLimits, UNIT_SECONDS } from "./named.ts";

/** The ingress gateway's questions to the rate limit service; nothing where the catalog has no global limit. */
export function globalRateLimits({ config, catalog }: StackData): EnvoyFilterObject[] {
  const limits = namedLimits(catalog);
  const address = config.traffic.rateLimitService.address ?? rateLimitAddress();
  return limits.length === 0
    ? []
    : [
        make("EnvoyFilter", named(`${catalog.name}-global-rate-limit`, NAMESPACES.ingress), {
          workloadSelector: { labels: INGRESS_SELECTOR },
          configPatches: [
            {
              applyTo: "HTTP_FILTER",
              match: {
                context: "GATEWAY",
                listener: {
                  filterChain: {
                    filter: {
                      name: "envoy.filters.network.http_connection_manager",
                      subFilter: { name: "envoy.filters.http.router" },
                    },
                  },
                },
              },
              patch: { operation: "INSERT_BEFORE", value: filter(config, catalog, address) },
            },
            {
              applyTo: "VIRTUAL_HOST",
              match: { context: "GATEWAY" },
              patch: {
                operation: "MERGE",
                value: { rate_limits: limits.map((limit) => ({ actions: actions(catalog, limit) })) },
              },
            },
          ],
        }),
      ];
}

function filter(config: StackData["config"], catalog: Catalog, address: string): Json {
  const { failureMode, timeoutMilliseconds } = config.traffic.rateLimitService;
  const [host = "", port = ""] = address.split(":");
  return {
    name: "envoy.filters.http.ratelimit",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
      domain: domainOf(config, catalog),
      failure_mode_deny: failureMode === "closed",
      timeout: `${timeoutMilliseconds / 1000}s`,
      enable_x_ratelimit_headers: "DRAFT_VERSION_03",
      rate_limit_service: {
        transport_api_version: "V3",
        // Istio's own cluster of the Service, so that its mutual TLS and its DestinationRule hold.
        grpc_service: { envoy_grpc: { cluster_name: `outbound|${port}||${host}`, authority: host } },
      },
      response_headers_to_add: [
        {
          append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
          header: { key: "retry-after", value: String(retryAfterSeconds(catalog)) },
        },
      ],
    },
  };
}

/** One value for all limits: the shortest window. `x-ratelimit-reset` says the exact time of the limit that was met. */
function retryAfterSeconds(catalog: Catalog): number {
  return Math.min(...namedLimits(catalog).map(({ limit }) => UNIT_SECONDS[limit.per]));
}

/** A limit applies to its path below the service's routes, but not where a longer prefix leads to another service. */
function actions(catalog: Catalog, { name, service, limit }: NamedLimit): Json[] {
  const spec = catalog.services[service];
  const own = limit.prefix === undefined ? prefixesOf(spec) : [limit.prefix];
  const others = Object.entries(catalog.services)
    .filter(([other]) => other !== service)
    .flatMap(([, other]) => prefixesOf(other))
    .filter((prefix) => own.some((shorter) => prefix !== shorter && isBelow(prefix, shorter)));
  return [
    {
      header_value_match: {
        descriptor_key: LIMIT_KEY,
        descriptor_value: name,
        headers: [onPath(own), ...(others.length === 0 ? [] : [{ ...onPath(others), invert_match: true }])],
      },
    },
    ...(limit.header === undefined
      ? []
      : [{ request_headers: { header_name: limit.header, descriptor_key: limit.header } }]),
  ];
}

function prefixesOf(spec: ServiceSpec | undefined): string[] {
  return routesAt(spec?.routes ?? [], "ingress").map(({ prefix }) => prefix);
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === "/" || path.startsWith(`${prefix}/`);
}

function onPath(prefixes: readonly string[]): { readonly [key: string]: Json } {
  const regex = prefixes.map((prefix) => (prefix === "/" ? ".*" : pathRegex(prefix))).join("|");
  return { name: ":path", string_match: { safe_regex: { regex } } };
}
