import type { IstioObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { routesAt } from "../../../stack/routes.ts";
import { internalPolicies } from "./authorization-policies.ts";
import { internalDestinationRules } from "./destination-rules.ts";
import { internalGateway } from "./listeners.ts";
import { internalVirtualServices } from "./virtual-services.ts";

/** What the internal gateway does for the application; nothing where it is not installed, or no route is for it. */
export function internalObjects(stack: StackData): IstioObject[] {
  const { config, catalog } = stack;
  const isAsked = Object.values(catalog.services).some(({ routes }) => routesAt(routes, "internal").length > 0);
  return config.mesh.internalGateway.enabled && isAsked
    ? [
        ...internalDestinationRules(stack),
        ...internalPolicies(stack),
        internalGateway(stack),
        ...internalVirtualServices(stack),
      ]
    : [];
}
