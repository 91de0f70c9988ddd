import { make, named } from "../../../kubernetes/make.ts";
import { internalGatewayHost, internalName } from "../../../kubernetes/names.ts";
import type { DestinationRuleObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { callingServices } from "./callers.ts";

/** Name of the way by which sidecars ask the gateway. */
export const MESH_SUBSET = "mesh";

/** How sidecars reach the internal gateway: by mutual TLS, which tells it who asks. */
export function internalDestinationRules({ config, catalog }: StackData): DestinationRuleObject[] {
  const host = internalGatewayHost();
  return callingServices(config).length === 0
    ? []
    : [
        make("DestinationRule", named(internalName(catalog), catalog.namespace), {
          host,
          exportTo: ["."],
          subsets: [{ name: MESH_SUBSET, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: host } } }],
        }),
      ];
}
