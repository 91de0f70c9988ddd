import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { Catalog, ServiceSpec } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";

/**
 * What the gateway has to know of a catalog. With sidecars all of it. In an ambient mesh the waypoint behind it shares out, retries,
 * mirrors and fails by the service's VirtualService, for calls inside as for those from outside: the gateway leads each path to the
 * service as a whole, and would do the rest twice.
 */
export function entryCatalog(stack: StackData): Catalog {
  const { catalog } = stack;
  return dataPlaneOf(stack).readsRequestsAt === "waypoint"
    ? {
        ...catalog,
        services: Object.fromEntries(Object.entries(catalog.services).map(([name, service]) => [name, whole(service)])),
      }
    : catalog;
}

/** The service with its paths, and nothing that tells its requests or its versions apart. */
function whole(service: ServiceSpec): ServiceSpec {
  return {
    ...service,
    versions: Object.fromEntries(
      Object.entries(service.versions)
        .slice(0, 1)
        .map(([name]) => [name, { env: {} }]),
    ),
    rules: [],
    canary: undefined,
    trafficManagedBy: undefined,
    headers: undefined,
    timeout: undefined,
    retries: undefined,
    fault: undefined,
    mirror: undefined,
  };
}
