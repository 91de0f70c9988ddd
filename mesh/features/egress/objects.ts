import { make, named } from "../../kubernetes/make.ts";
import type { AuthorizationPolicyObject, IstioObject } from "../../kubernetes/objects.ts";
import type { Catalog } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { callerPrincipals, egressDestinationRules, externalsOf, serviceEntries } from "./externals.ts";
import { egressGateways, egressPolicies, egressVirtualServices } from "./egress-gateway.ts";

/**
 * Everything that lets the catalog's services out of the mesh. The way out of an ambient mesh is the waypoint: ztunnel leads calls of
 * a ServiceEntry's host to it as it does those of a Service, it knows who calls, and it speaks the TLS. Behind it an egress gateway
 * would see one caller alone, the waypoint.
 */
export function egressObjects(stack: StackData): IstioObject[] {
  if (dataPlaneOf(stack).readsRequestsAt === "waypoint") {
    const direct = withoutGateway(stack.catalog);
    return [...serviceEntries(direct), ...egressDestinationRules(direct), ...waypointPolicies(stack)];
  }
  const { catalog } = stack;
  return [
    ...serviceEntries(catalog),
    ...egressDestinationRules(catalog),
    ...egressPolicies(stack),
    ...egressGateways(catalog),
    ...egressVirtualServices(catalog),
  ];
}

function withoutGateway(catalog: Catalog): Catalog {
  const direct = Object.entries(catalog.externalServices).map(([name, spec]) => [
    name,
    { ...spec, egressGateway: false },
  ]);
  return { ...catalog, externalServices: Object.fromEntries(direct) as Catalog["externalServices"] };
}

/** Who may call what lies outside. What has no caller stays closed by what closes the waypoint. */
function waypointPolicies(stack: StackData): AuthorizationPolicyObject[] {
  return externalsOf(stack.catalog)
    .filter(({ callers }) => callers.length > 0)
    .map((external) =>
      make("AuthorizationPolicy", named(`${external.name}-egress`, stack.catalog.namespace), {
        targetRefs: [{ group: "networking.istio.io", kind: "ServiceEntry", name: external.name }],
        action: "ALLOW",
        rules: [{ from: [{ source: { principals: callerPrincipals(stack, external) } }] }],
      }),
    );
}
