import type { GatewayKind, RouteSpec, Catalog, PassthroughSpec } from "./catalog.ts";

/** The routes of a service that a gateway has. */
export function routesAt(routes: readonly RouteSpec[], gateway: GatewayKind): RouteSpec[] {
  return routes.filter(({ gateways }) => gateways.includes(gateway));
}

/** The prefix as the service sees it. */
export function servedPrefix({ prefix, rewrite }: RouteSpec): string {
  return rewrite?.path ?? prefix;
}

/** Hosts whose TLS ends at a service, with its name. */
export function passthroughsOf({ services }: Catalog): { readonly service: string; readonly spec: PassthroughSpec }[] {
  return Object.entries(services).flatMap(([service, { passthrough }]) =>
    passthrough.map((spec) => ({ service, spec })),
  );
}
