import { entryCatalog } from "./gateway-api/entry-catalog.ts";
import { gatewayApiObjects } from "./gateway-api/objects.ts";
import { versionRules } from "./gateway-api/version-services.ts";
import type { CoreObject, IstioObject, KubernetesObject, WaypointObject } from "./objects.ts";
import { attachToWaypoint } from "./ambient/attach.ts";
import { waypointObjects, waypointPolicies } from "./ambient/waypoint.ts";
import { remoteServiceEntries } from "./multi-cluster.ts";
import { applicationNamespace } from "./namespaces.ts";
import { allowPolicies, denyAll } from "./security/authorization-policies.ts";
import { customPolicies } from "./security/external-authorization.ts";
import { serviceNetworkPolicies } from "./security/network-policies/application.ts";
import { namespaceNetworkPolicies } from "./security/network-policies/namespace.ts";
import { servicePeerAuthentications } from "./security/peer-authentication.ts";
import { requestAuthentications } from "./security/request-authentication.ts";
import type { StackData } from "./stack.ts";
import { destinationRules } from "./traffic/destination-rules.ts";
import { egressObjects } from "./traffic/egress/objects.ts";
import { gateway } from "./traffic/gateway.ts";
import { internalObjects } from "./traffic/internal/objects.ts";
import { globalRateLimits } from "./traffic/rate-limits/global.ts";
import { localRateLimits } from "./traffic/rate-limits/local.ts";
import { serviceTelemetries } from "./observability/telemetry/telemetry.ts";
import { sidecars } from "./traffic/sidecars.ts";
import { virtualServices } from "./traffic/virtual-services.ts";
import { limitRange, resourceQuota } from "./workloads/namespace-limits.ts";
import { serviceObjects } from "./workloads/service-objects.ts";

/** What runs: for each service its account, address, Deployments, autoscalers and disruption budget. */
export function workloadObjects(stack: StackData): CoreObject[] {
  return Object.entries(stack.catalog.services).flatMap(([name, service]) => serviceObjects(stack, name, service));
}

/** What holds for the namespace before its first pod: deny-all, and in an ambient mesh the waypoint. */
export function namespaceObjects(stack: StackData): (CoreObject | IstioObject | WaypointObject)[] {
  return [
    denyAll(stack),
    ...waypointObjects(stack),
    ...waypointPolicies(stack),
    ...namespaceNetworkPolicies(stack),
    ...resourceQuota(stack),
    ...limitRange(stack),
  ];
}

/** Who may call whom, and how they prove who they are. */
export function securityObjects(stack: StackData): (CoreObject | IstioObject)[] {
  return attachToWaypoint(stack, [
    ...servicePeerAuthentications(stack),
    ...requestAuthentications(stack),
    ...customPolicies(stack),
    ...allowPolicies(stack),
    ...serviceNetworkPolicies(stack),
  ]);
}

/** How requests find it, and how its own find the way out. */
export function trafficObjects(stack: StackData): IstioObject[] {
  return attachToWaypoint<IstioObject>(stack, [
    ...(stack.config.mesh.gatewayApi ? versionRules(entryCatalog(stack)) : [gateway(stack)]),
    ...destinationRules(stack.catalog),
    ...virtualServices(stack),
    ...egressObjects(stack),
    ...internalObjects(stack),
    ...localRateLimits(stack.catalog),
    ...globalRateLimits(stack),
    ...serviceTelemetries(stack),
    ...remoteServiceEntries(stack),
  ]);
}

/** Every object of the application; its policies at the egress gateway lie in that one's namespace. */
export function applicationObjects(stack: StackData): KubernetesObject[] {
  return [
    applicationNamespace(stack),
    ...namespaceObjects(stack),
    ...sidecars(stack),
    ...workloadObjects(stack),
    ...securityObjects(stack),
    ...trafficObjects(stack),
    ...gatewayApiObjects(stack),
  ];
}
