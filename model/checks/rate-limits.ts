import type { Problem } from "../../config/errors.ts";
import { routesAt } from "../traffic/gateway-routes.ts";
import type { Check } from "./index.ts";

/**
 * Two limits that count the same requests: only the stricter would ever be felt. A global limit that nobody counts, or whose
 * path the gateway does not lead to the service.
 */
export const checkRateLimits: Check = ({ config, catalog }) =>
  Object.entries(catalog.services).flatMap(([name, { rateLimits, routes }]) => {
    const path = `services.${name}.rateLimits`;
    const prefixes = routesAt(routes, "ingress").map(({ prefix }) => prefix);
    return [
      ...repeated(rateLimits.local, `${path}.local`),
      ...repeated(rateLimits.global, `${path}.global`),
      ...(rateLimits.global.length > 0 && config.traffic.rateLimitService.address === undefined
        ? [
            {
              path: "traffic.rateLimitService.address",
              message: `expected the address of a rate limit service, because ${name} has global rate limits`,
              hint: "name one, or use rateLimits.local, which each pod counts by itself",
            },
          ]
        : []),
      ...rateLimits.global.flatMap(({ prefix }, index) => unreached(prefix, prefixes, `${path}.global[${index}]`)),
    ];
  });

function unreached(prefix: string | undefined, prefixes: readonly string[], path: string): Problem[] {
  if (prefixes.length === 0) {
    return [
      {
        path,
        message: "expected a service with routes: global limits count requests from outside alone",
        hint: "give the service a route, or use rateLimits.local",
      },
    ];
  }
  return prefix === undefined || prefixes.some((route) => route === "/" || `${prefix}/`.startsWith(`${route}/`))
    ? []
    : [
        {
          path: `${path}.prefix`,
          message: `expected a path below a route of the service (${prefixes.join(", ")}); got ${prefix}`,
        },
      ];
}

function repeated(
  limits: readonly {
    readonly header?: string | undefined;
    readonly prefix?: string | undefined;
    readonly per: string;
  }[],
  path: string,
): Problem[] {
  return limits.flatMap((limit, index) => {
    const first = limits.findIndex(
      ({ header, prefix, per }) => header === limit.header && prefix === limit.prefix && per === limit.per,
    );
    return first < index
      ? [
          {
            path: `${path}[${index}]`,
            message: `expected one limit a ${limit.per} for the same requests; [${first}] counts them too`,
            hint: "keep the stricter one, or give them different windows, headers or prefixes",
          },
        ]
      : [];
  });
}
