import type { GatewayKind, RouteSpec } from "../../stack/catalog.ts";

/** The routes of a service that a gateway has. */
export function routesAt(routes: readonly RouteSpec[], gateway: GatewayKind): RouteSpec[] {
  return routes.filter(({ gateways }) => gateways.includes(gateway));
}
