import { applicationObjects } from "../application.ts";
import type { Check } from "../stack/check.ts";

/** No two objects that the catalog gives have one name: a service `cart-mesh` would meet the one made for `cart`. */
export const checkNames: Check = (stack) => {
  const seen = new Set<string>();
  return applicationObjects(stack).flatMap(({ kind, metadata }) => {
    const key = `${kind} ${metadata.name}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        path: "services",
        message: `expected names that stay apart; got two objects ${key}`,
        remediation:
          "rename the service: <service>-mesh, <service>-from-<caller>, <service>-health and the catalog's own name are taken, with mesh.gatewayApi <service>-<version> too",
      },
    ];
  });
};
