import { make, named } from "../../kubernetes/make.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { principal } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, IstioObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { egressDestinationRules } from "./destination-rules.ts";
import { type External, externalsOf } from "./externals.ts";
import { serviceEntries } from "./service-entries.ts";

/**
 * The way out of an ambient mesh is the waypoint: ztunnel leads calls of a ServiceEntry's host to it as it does those of a Service, it
 * knows who calls, and it speaks the TLS. Behind it an egress gateway would see one caller alone, the waypoint.
 */
export function waypointEgressObjects(stack: StackData): IstioObject[] {
  const catalog = withoutGateway(stack.catalog);
  return [...serviceEntries(catalog), ...egressDestinationRules(catalog), ...callerPolicies(stack)];
}

/** Ports outside on which the waypoint calls. */
export function portsOutside({ catalog }: StackData): number[] {
  return [...new Set(externalsOf(catalog).map(({ spec }) => spec.port))];
}

function withoutGateway(catalog: Catalog): Catalog {
  const direct = Object.entries(catalog.externalServices).map(([name, spec]) => [
    name,
    { ...spec, egressGateway: false },
  ]);
  return { ...catalog, externalServices: Object.fromEntries(direct) as Catalog["externalServices"] };
}

/** Who may call what lies outside. What has no caller stays closed by what closes the waypoint. */
function callerPolicies(stack: StackData): AuthorizationPolicyObject[] {
  return externalsOf(stack.catalog)
    .filter(({ callers }) => callers.length > 0)
    .map((external) => callerPolicy(stack, external));
}

function callerPolicy({ config, catalog }: StackData, { name, callers }: External): AuthorizationPolicyObject {
  const principals = callers.map((caller) => principal(config.mesh.trustDomain, catalog.namespace, caller));
  return make("AuthorizationPolicy", named(`${name}-egress`, catalog.namespace), {
    targetRefs: [{ group: "networking.istio.io", kind: "ServiceEntry", name }],
    action: "ALLOW",
    rules: [{ from: [{ source: { principals } }] }],
  });
}
