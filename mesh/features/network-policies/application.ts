import { named, ofService } from "../../kubernetes/make.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { edgesOf } from "../../stack/call-graph.ts";
import type { StackData } from "../../stack/stack.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { throughWaypoint, waypointNetworkPolicies } from "./ambient.ts";
import { calleesOf, outsideOf } from "./callees.ts";
import { externalCallersOf, healthOf, ingressOf, migrationOf } from "./callers.ts";
import { policy } from "./policy.ts";
import { proxyEgress, proxyIngress } from "./proxies.ts";

/**
 * What holds for every pod of the application's namespace: nothing passes but what another policy opens, and open is what each
 * sidecar needs itself. The kubelet's probes need no rule: traffic from a pod's own node is never refused.
 */
export function namespaceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  return config.security.networkPolicies
    ? [
        policy(named("deny-all", catalog.namespace), {}, [], []),
        policy(named("sidecars", catalog.namespace), {}, proxyIngress(config), proxyEgress(config)),
        ...(dataPlaneOf(stack).readsRequestsAt === "waypoint" ? waypointNetworkPolicies(stack) : []),
      ]
    : [];
}

/** The arrows of the call graph below the mesh: one policy a service, with its callers and what it may call. */
export function serviceNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config, catalog } = stack;
  const edges = edgesOf(catalog);
  const atWaypoint = dataPlaneOf(stack).readsRequestsAt === "waypoint";
  return (config.security.networkPolicies ? Object.entries(catalog.services) : []).map(([name, service]) => {
    const ingress = atWaypoint
      ? [...throughWaypoint(), ...externalCallersOf(catalog, name, edges)]
      : [...ingressOf(catalog, name, edges), healthOf(service)];
    // What a service may call is decided at the waypoint, through which every call goes.
    const egress = atWaypoint ? [] : calleesOf(stack, name, edges);
    return policy(
      ofService(catalog, name),
      { app: name },
      [...ingress, ...migrationOf(config, name, service)],
      [...egress, ...outsideOf(config)],
    );
  });
}
