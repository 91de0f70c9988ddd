import { problemIf, type Problem } from "../../stack/errors.ts";
import type { CorsSpec, HeadersSpec, RouteSpec, ServiceSpec } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import { routesAt } from "../../stack/routes.ts";

/** Key path below a service, and what stands there. */
type At<T> = readonly [path: string, value: T];

/** What services behind the gateway say and an HTTPRoute has no field for. */
export function unsayable({ config, catalog }: StackData): Problem[] {
  const routed = Object.entries(catalog.services).filter(([, { routes }]) => routesAt(routes, "ingress").length > 0);
  return [
    ...routed.flatMap(([name, service]) => {
      const path = `services.${name}`;
      return [
        ...present(retriesOf(service), path, "has no retries"),
        ...(config.traffic.faults ? present(faultsOf(service), path, "injects no faults") : []),
        ...present<unknown>(
          [["trafficManagedBy", service.trafficManagedBy]],
          path,
          "would keep the weights that the controller changes in the VirtualService alone",
        ),
        ...service.routes.flatMap((route, index) => routeProblems(route, `${path}.routes[${index}]`)),
        ...headersOf(service).flatMap(([key, headers]) => headerProblems(headers, `${path}.${key}`)),
      ];
    }),
    ...(catalog.cors === undefined || routed.every(([, { routes }]) => routes.every(({ cors }) => cors !== undefined))
      ? []
      : corsProblems(catalog.cors, "cors")),
  ];
}

function present<T>(values: readonly At<T | undefined>[], path: string, why: string): Problem[] {
  return values
    .filter(([, value]) => value !== undefined)
    .map(([key]) => ({
      path: `${path}.${key}`,
      message: `expected nothing, because mesh.gatewayApi is true and an HTTPRoute of the standard channel ${why}`,
      remediation: "remove it, or set mesh.gatewayApi: false",
    }));
}

/** Rules of a caller inside the mesh stay in the VirtualService. */
function rulesOf({ rules }: ServiceSpec): At<ServiceSpec["rules"][number]>[] {
  return rules.flatMap((rule, index) => (rule.match.source === undefined ? [[`rules[${index}]`, rule] as const] : []));
}

function retriesOf(service: ServiceSpec): At<unknown>[] {
  return [
    ["retries", service.retries],
    ...rulesOf(service).map(([key, { retries }]) => [`${key}.retries`, retries] as const),
  ];
}

function faultsOf(service: ServiceSpec): At<unknown>[] {
  return [["fault", service.fault], ...rulesOf(service).map(([key, { fault }]) => [`${key}.fault`, fault] as const)];
}

function headersOf(service: ServiceSpec): At<HeadersSpec | undefined>[] {
  return [
    ["headers", service.headers],
    ...Object.entries(service.versions).map(([name, { headers }]) => [`versions.${name}.headers`, headers] as const),
    ...rulesOf(service).map(([key, { headers }]) => [`${key}.headers`, headers] as const),
  ];
}

function routeProblems({ prefix, rewrite, headers, cors }: RouteSpec, path: string): Problem[] {
  return [
    ...problemIf(
      prefix === "/" && rewrite?.path !== undefined && rewrite.path !== "/",
      `${path}.rewrite.path`,
      `expected a rewrite of a prefix longer than /, because mesh.gatewayApi is true and Istio would make ${rewrite?.path ?? ""}x of /x; got ${rewrite?.path ?? ""}`,
      "give the route a prefix, or set mesh.gatewayApi: false",
    ),
    ...headerProblems(headers, `${path}.headers`),
    ...(cors === undefined ? [] : corsProblems(cors, `${path}.cors`)),
  ];
}

/** The values that the API takes for headers: at least one character. */
function headerProblems(headers: HeadersSpec | undefined, path: string): Problem[] {
  return (["request", "response"] as const).flatMap((side) =>
    (["set", "add"] as const).flatMap((verb) =>
      Object.entries(headers?.[side]?.[verb] ?? {})
        .filter(([, value]) => value === "")
        .map(([name]) => ({
          path: `${path}.${side}.${verb}.${name}`,
          message: "expected a value, because mesh.gatewayApi is true and an HTTPRoute sets no header to nothing",
          remediation: "remove the header with `remove`, or give it a value",
        })),
    ),
  );
}

function corsProblems({ allowOrigins }: CorsSpec, path: string): Problem[] {
  return allowOrigins.flatMap((origin, index) =>
    problemIf(
      typeof origin !== "string",
      `${path}.allowOrigins[${index}].regex`,
      "expected an origin such as https://shop.example.com, because mesh.gatewayApi is true and an HTTPRoute compares origins with no pattern",
      "list the origins, or set mesh.gatewayApi: false",
    ),
  );
}
