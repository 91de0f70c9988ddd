import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { throughWaypoint } from "./ambient.ts";
import { edgesOf } from "../../stack/call-graph.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { authorizerOf, egressOf, externalsOf, internalGatewayOf, outsideOf } from "./callees.ts";
import { healthOf, ingressOf, migrationOf, outsidersOf } from "./callers.ts";
import { pastSidecarOf } from "./past-sidecar.ts";
import { policy } from "./policy.ts";

/** The arrows of the call graph below the mesh: one policy a service, with who may reach it and whom it may reach. */
export function serviceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  const edges = edgesOf(catalog);
  const atWaypoint = dataPlaneOf(stack).readsRequestsAt === "waypoint";
  return Object.keys(catalog.services).map((name) =>
    policy(
      catalog,
      name,
      { app: name },
      atWaypoint
        ? [...throughWaypoint(), ...outsidersOf(stack, name, edges), ...migrationOf(stack, name)]
        : [...ingressOf(stack, name, edges), ...healthOf(stack, name), ...migrationOf(stack, name)],
      [
        // Whom a service may call is decided at the waypoint, through which every call goes.
        ...(atWaypoint
          ? []
          : [
              ...egressOf(stack, name, edges),
              ...internalGatewayOf(stack, name),
              ...externalsOf(stack, name),
              ...pastSidecarOf(stack, name),
              ...authorizerOf(stack, [name]),
            ]),
        ...outsideOf(stack),
      ],
      serviceLabels(catalog, name),
    ),
  );
}
