import type { Catalog, HeadersSpec, ServiceSpec } from "../../stack/catalog.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import { mergeHeaders } from "./headers.ts";
import type { Share } from "../canary/split.ts";
import type { HttpDestination } from "../../kubernetes/istio.ts";

/**
 * The destinations of a route with their weights. Headers stand here and not at the route: in a delegate those of the
 * route would take the place of the gateway's, these come on top.
 */
export function destinations(
  catalog: Catalog,
  service: string,
  shares: readonly Share[],
  routeHeaders?: HeadersSpec,
): HttpDestination[] {
  const spec = catalog.services[service] as ServiceSpec;
  return shares.map(({ version, weight }) => {
    const headers = mergeHeaders(spec.headers, spec.versions[version]?.headers, routeHeaders);
    return {
      destination: subsetOf(catalog, service, version),
      weight,
      ...(headers === undefined ? {} : { headers }),
    };
  });
}

/** The pods of one version. */
export function subsetOf(catalog: Catalog, service: string, version: string): HttpDestination["destination"] {
  const number = servicePort(catalog.services[service] as ServiceSpec);
  return { host: serviceHost(catalog, service), subset: version, port: { number } };
}
