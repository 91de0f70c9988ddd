import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import type { Catalog, RouteSpec } from "../../stack/catalog.ts";
import type { Check } from "../../stack/check.ts";

/** A prefix of the gateway leads to one place on each host, and a route names hosts of the catalog. */
export const checkRoutes: Check = ({ catalog }) => [...samePrefix(catalog), ...unknownHosts(catalog)];

function samePrefix(catalog: Catalog): Problem[] {
  const routes = [
    ...Object.entries(catalog.services).flatMap(([service, { routes }]) =>
      routes.map((route, index) => ({
        to: service,
        prefix: route.prefix,
        places: placesOf(route, catalog),
        path: `services.${service}.routes[${index}].prefix`,
      })),
    ),
    ...catalog.redirects.map(({ prefix }, index) => ({
      to: "a redirect",
      prefix,
      places: catalog.hosts,
      path: `redirects[${index}].prefix`,
    })),
  ];
  return routes.flatMap((route, index) => {
    const earlier = routes
      .slice(0, index)
      .find((other) => other.prefix === route.prefix && other.places.some((place) => route.places.includes(place)));
    return problemIf(
      earlier !== undefined,
      route.path,
      `expected a prefix that no other route has; got "${route.prefix}", which leads to ${earlier?.to ?? ""} already`,
      `see ${earlier?.path ?? ""}`,
    );
  });
}

/** Where a route answers: hosts of the ingress gateway, and the internal gateway as a whole. */
function placesOf({ gateways, hosts }: RouteSpec, catalog: Catalog): readonly string[] {
  return [
    ...(gateways.includes("ingress") ? (hosts ?? catalog.hosts) : []),
    ...(gateways.includes("internal") ? ["the internal gateway"] : []),
  ];
}

function unknownHosts({ hosts: known, services }: Catalog): Problem[] {
  return Object.entries(services).flatMap(([service, { routes }]) =>
    routes.flatMap(({ hosts }, index) =>
      (hosts ?? []).flatMap((host, place) =>
        problemUnless(
          known.includes(host),
          `services.${service}.routes[${index}].hosts[${place}]`,
          `expected a host that the gateway answers: ${known.join(", ")}; got "${host}"`,
        ),
      ),
    ),
  );
}
