import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { waypointNetworkPolicies } from "./ambient.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { policy } from "./policy.ts";
import { proxyEgress, proxyIngress } from "./proxies.ts";

/**
 * What holds for every pod of the application's namespace: nothing passes but what another policy opens, and open is what each
 * sidecar needs itself. The kubelet's probes need no rule: traffic from a pod's own node is never refused.
 */
export function namespaceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  return [
    policy(catalog, "deny-all", {}, [], []),
    policy(catalog, "sidecars", {}, proxyIngress(stack), proxyEgress(stack)),
    ...(dataPlaneOf(stack).readsRequestsAt === "waypoint" ? waypointNetworkPolicies(stack) : []),
  ];
}
