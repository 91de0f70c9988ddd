import type { Problem } from "../../config/errors.ts";
import type { Catalog } from "../../config/schema/catalog.ts";
import type { Check } from "./index.ts";

/** A prefix of the gateway leads to one place on each host, and a route names hosts of the catalog. */
export const checkRoutes: Check = ({ catalog }) => [...samePrefix(catalog), ...unknownHosts(catalog)];

function samePrefix(catalog: Catalog): Problem[] {
  const routes = [
    ...Object.entries(catalog.services).flatMap(([service, { routes }]) =>
      routes.map((route, index) => ({
        to: service,
        prefix: route.prefix,
        hosts: route.hosts ?? catalog.hosts,
        path: `services.${service}.routes[${index}].prefix`,
      })),
    ),
    ...catalog.redirects.map(({ prefix }, index) => ({
      to: "a redirect",
      prefix,
      hosts: catalog.hosts,
      path: `redirects[${index}].prefix`,
    })),
  ];
  return routes.flatMap((route, index) => {
    const earlier = routes
      .slice(0, index)
      .find((other) => other.prefix === route.prefix && other.hosts.some((host) => route.hosts.includes(host)));
    return earlier === undefined
      ? []
      : [
          {
            path: route.path,
            message: `expected a prefix that no other route has; got "${route.prefix}", which leads to ${earlier.to} already`,
            hint: `see ${earlier.path}`,
          },
        ];
  });
}

function unknownHosts({ hosts: known, services }: Catalog): Problem[] {
  return Object.entries(services).flatMap(([service, { routes }]) =>
    routes.flatMap(({ hosts }, index) =>
      (hosts ?? []).flatMap((host, place) =>
        known.includes(host)
          ? []
          : [
              {
                path: `services.${service}.routes[${index}].hosts[${place}]`,
                message: `expected a host that the gateway answers: ${known.join(", ")}; got "${host}"`,
              },
            ],
      ),
    ),
  );
}
