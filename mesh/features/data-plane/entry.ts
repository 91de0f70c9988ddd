import type { Catalog, ServiceSpec } from "../../stack/catalog.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";

type HttpRoute = NonNullable<VirtualServiceObject["spec"]["http"]>[number];

/**
 * A root of the ingress gateway in an ambient mesh: its requests go on to the waypoint, which routes them by the service's own
 * VirtualService. With its delegate the gateway would do that too, and faults, mirrors and retries would come twice.
 * @returns the same routes, each with the Service in the place of its delegate
 */
export function toServices(catalog: Catalog, spec: VirtualServiceObject["spec"]): VirtualServiceObject["spec"] {
  return { ...spec, http: (spec.http ?? []).map((route) => toService(catalog, route)) };
}

function toService(catalog: Catalog, { delegate, ...route }: HttpRoute): HttpRoute {
  if (delegate?.name === undefined) {
    return route;
  }
  const number = servicePort(catalog.services[delegate.name] as ServiceSpec);
  return { ...route, route: [{ destination: { host: serviceHost(catalog, delegate.name), port: { number } } }] };
}
