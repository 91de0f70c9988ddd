import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { routesAt } from "../../stack/routes.ts";
import { isSet } from "../../stack/paths.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/**
 * Two limits that count the same requests: only the stricter would ever be felt. A global limit whose path the gateway does not
 * lead to the service. Settings of a rate limit service beside the address of another one.
 */
export const checkRateLimits: Check = ({ config, catalog, written }) => [
  ...besideAddress(config.traffic.rateLimitService.address, written),
  ...Object.entries(catalog.services).flatMap(([name, { rateLimits, routes }]) => {
    const path = `services.${name}.rateLimits`;
    const prefixes = routesAt(routes, "ingress").map(({ prefix }) => prefix);
    return [
      ...repeated(rateLimits.local, `${path}.local`),
      ...repeated(rateLimits.global, `${path}.global`),
      ...rateLimits.global.flatMap(({ prefix }, index) => unreached(prefix, prefixes, `${path}.global[${index}]`)),
    ];
  }),
];

/** What only a service that the stack installs can follow. */
const OWN_SETTINGS = ["image", "replicas", "resources", "redis"] as const;

function besideAddress(address: string | undefined, written: StackData["written"]): Problem[] {
  return address === undefined
    ? []
    : OWN_SETTINGS.filter((key) => isSet(written?.config, ["traffic", "rateLimitService", key])).map((key) => ({
        path: `traffic.rateLimitService.${key}`,
        message: `expected nothing, because traffic.rateLimitService.address names a service that this stack does not install (${address})`,
        remediation: "remove it, or remove the address so that the stack installs one",
      }));
}

function unreached(prefix: string | undefined, prefixes: readonly string[], path: string): Problem[] {
  if (prefixes.length === 0) {
    return [
      {
        path,
        message: "expected a service with routes: global limits count requests from outside alone",
        remediation: "give the service a route, or use rateLimits.local",
      },
    ];
  }
  return problemUnless(
    prefix === undefined || prefixes.some((route) => route === "/" || `${prefix}/`.startsWith(`${route}/`)),
    `${path}.prefix`,
    `expected a path below a route of the service (${prefixes.join(", ")}); got ${prefix}`,
  );
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
    return problemIf(
      first < index,
      `${path}[${index}]`,
      `expected one limit a ${limit.per} for the same requests; [${first}] counts them too`,
      "keep the stricter one, or give them different windows, headers or prefixes",
    );
  });
}
