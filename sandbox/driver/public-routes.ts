import type { Stack } from "../../mesh/load/load.ts";
import { grantsOf } from "../../mesh/stack/call-graph.ts";
import { routesAt } from "../../mesh/stack/routes.ts";

/** A path of the ingress gateway that a browser may open. */
export interface PublicRoute {
  /** As a client on the Internet would ask, e.g. `https://ecommerce.example.com/products`. */
  readonly url: string;
  readonly service: string;
}

/** One path for each route that lets in a GET without a token, in the order of the catalog. */
export function publicRoutes({ config, catalog }: Pick<Stack, "config" | "catalog">): PublicRoute[] {
  const scheme = config.traffic.tls.mode === "none" ? "http" : "https";
  return Object.entries(catalog.services)
    .filter(([, { jwt }]) => jwt?.required !== true)
    .flatMap(([service, { routes }]) =>
      routesAt(routes, "ingress").flatMap((route) => {
        const grant = grantsOf(route).find(
          ({ methods, token }) =>
            (methods === undefined || methods.includes("GET")) && (token === undefined || token === "none"),
        );
        const host = (route.hosts ?? catalog.hosts)[0]?.replace(/^\*/, "www");
        const path = grant?.paths?.[0]?.replace(/\*$/, "") ?? route.prefix;
        return grant === undefined || host === undefined ? [] : [{ url: `${scheme}://${host}${path}`, service }];
      }),
    );
}
