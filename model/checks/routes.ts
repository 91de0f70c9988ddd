import type { Check } from "./index.ts";

/** A prefix of the gateway leads to one service, and there is at least one route. */
export const checkRoutes: Check = ({ catalog }) => {
  const routes = Object.entries(catalog.services).flatMap(([service, { routes }]) =>
    routes.map((route, index) => ({
      service,
      prefix: route.prefix,
      path: `services.${service}.routes[${index}].prefix`,
    })),
  );
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).find((other) => other.prefix === route.prefix);
    return earlier === undefined
      ? []
      : [
          {
            path: route.path,
            message: `expected a prefix that no other route has; got "${route.prefix}", which leads to ${earlier.service} already`,
            hint: `see ${earlier.path}`,
          },
        ];
  });
};
