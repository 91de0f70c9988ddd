import { MANAGED_BY } from "../../../kubernetes/labels.ts";
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
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          metadata: { name: internalName(catalog), namespace: catalog.namespace, labels: MANAGED_BY },
          spec: {
            host,
            exportTo: ["."],
            subsets: [{ name: MESH_SUBSET, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: host } } }],
          },
        },
      ];
}
