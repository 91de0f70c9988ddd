import { make, named } from "../../kubernetes/make.ts";
import { INGRESS_SELECTOR, NAMESPACES } from "../../kubernetes/names.ts";
import type { EnvoyFilterObject, Json } from "../../kubernetes/objects.ts";
import { toYaml } from "../../kubernetes/yaml.ts";
import type { Catalog, ServiceSpec } from "../../stack/catalog.ts";
import { routesAt } from "../../stack/routes.ts";
import type { StackData } from "../../stack/stack.ts";
import { beforeRouter, headerActions, onPath, pathAction, retryAfter } from "./envoy.ts";
import { domainOf, LIMIT_KEY, type NamedLimit, namedLimits, UNIT_SECONDS } from "./limits.ts";
import { rateLimitAddress } from "./names.ts";

/** The ingress gateway's questions to the rate limit service; nothing where the catalog has no global limit. */
export function globalRateLimits(stack: StackData): EnvoyFilterObject[] {
  const { catalog } = stack;
  const limits = namedLimits(catalog);
  if (limits.length === 0) {
    return [];
  }
  const rate_limits = limits.map((limit) => ({ actions: actions(catalog, limit) }));
  return [
    make("EnvoyFilter", named(`${catalog.name}-global-rate-limit`, NAMESPACES.ingress), {
      workloadSelector: { labels: INGRESS_SELECTOR },
      configPatches: [
        beforeRouter("GATEWAY", filter(stack, limits)),
        {
          applyTo: "VIRTUAL_HOST",
          match: { context: "GATEWAY" },
          patch: { operation: "MERGE", value: { rate_limits } },
        },
      ],
    }),
  ];
}

function filter({ config, catalog }: StackData, limits: readonly NamedLimit[]): Json {
  const { failureMode, timeoutMilliseconds, address } = config.traffic.rateLimitService;
  const [host = "", port = ""] = (address ?? rateLimitAddress()).split(":");
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
      // One value for all limits: the shortest window. `x-ratelimit-reset` has the exact time of the limit that was met.
      response_headers_to_add: retryAfter(Math.min(...limits.map(({ limit }) => UNIT_SECONDS[limit.per]))),
    },
  };
}

/** A limit applies to its path below the service's routes, but not where a longer prefix leads to another service. */
function actions(catalog: Catalog, { name, service, limit }: NamedLimit): Json[] {
  const own = limit.prefix === undefined ? prefixesOf(catalog.services[service]) : [limit.prefix];
  const others = Object.entries(catalog.services)
    .filter(([other]) => other !== service)
    .flatMap(([, other]) => prefixesOf(other))
    .filter((prefix) => own.some((shorter) => prefix !== shorter && isBelow(prefix, shorter)));
  const paths = [onPath(...own), ...(others.length === 0 ? [] : [{ ...onPath(...others), invert_match: true }])];
  return [pathAction(LIMIT_KEY, name, paths), ...headerActions(limit.header)];
}

function prefixesOf(spec: ServiceSpec | undefined): string[] {
  return routesAt(spec?.routes ?? [], "ingress").map(({ prefix }) => prefix);
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === "/" || path.startsWith(`${prefix}/`);
}

/** The limits as envoyproxy/ratelimit reads them, a YAML file; undefined without global limits. */
export function rateLimitServiceConfig({ config, catalog }: StackData): string | undefined {
  const limits = namedLimits(catalog);
  return limits.length === 0
    ? undefined
    : toYaml({ domain: domainOf(config, catalog), descriptors: limits.map(descriptor) });
}

function descriptor({ name, limit: { requests, per, header } }: NamedLimit): Json {
  const rate_limit = { unit: per, requests_per_unit: requests };
  // Without a value: each value that comes is counted apart.
  const counted: Readonly<Record<string, Json>> =
    header === undefined ? { rate_limit } : { descriptors: [{ key: header, rate_limit }] };
  return { key: LIMIT_KEY, value: name, ...counted };
}
