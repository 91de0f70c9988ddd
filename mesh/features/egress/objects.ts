import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { waypointEgressObjects } from "./ambient.ts";
import type { IstioObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { egressPolicies } from "./authorization-policies.ts";
import { egressDestinationRules } from "./destination-rules.ts";
import { egressGateways } from "./gateway.ts";
import { serviceEntries } from "./service-entries.ts";
import { egressVirtualServices } from "./virtual-services.ts";

/** Everything that lets the catalog's services out of the mesh. */
export function egressObjects(stack: StackData): IstioObject[] {
  const { catalog } = stack;
  if (dataPlaneOf(stack).readsRequestsAt === "waypoint") {
    return waypointEgressObjects(stack);
  }
  return [
    ...serviceEntries(catalog),
    ...egressDestinationRules(catalog),
    ...egressPolicies(stack),
    ...egressGateways(catalog),
    ...egressVirtualServices(catalog),
  ];
}
