import { dataPlaneOf } from "./features/data-plane/data-plane-of.ts";
import { entryCatalog } from "./features/gateway-api/entry-catalog.ts";
import { gatewayApiObjects } from "./features/gateway-api/objects.ts";
import { versionRules } from "./features/gateway-api/version-services.ts";
import type { CoreObject, IstioObject, KubernetesObject, WaypointObject } from "./kubernetes/objects.ts";
import { remoteServiceEntries } from "./features/multi-cluster/multi-cluster.ts";
import { applicationNamespace } from "./features/workloads/namespaces.ts";
import { allowPolicies, denyAll } from "./features/authorization/authorization-policies.ts";
import { customPolicies } from "./features/authorization/external-authorization.ts";
import { serviceNetworkPolicies } from "./features/network-policies/application.ts";
import { namespaceNetworkPolicies } from "./features/network-policies/application.ts";
import { servicePeerAuthentications } from "./features/authorization/peer-authentication.ts";
import { requestAuthentications } from "./features/authorization/request-authentication.ts";
import type { StackData } from "./stack/stack.ts";
import { destinationRules } from "./features/routing/destination-rules.ts";
import { egressObjects } from "./features/egress/objects.ts";
import { gateway } from "./features/gateways/gateway.ts";
import { internalObjects } from "./features/gateways/internal/objects.ts";
import { globalRateLimits } from "./features/rate-limits/global.ts";
import { localRateLimits } from "./features/rate-limits/local.ts";
import { serviceTelemetries } from "./features/observability/telemetry/telemetry.ts";
import { sidecars } from "./features/workloads/sidecars.ts";
import { virtualServices } from "./features/routing/virtual-services.ts";
import { limitRange, resourceQuota } from "./capacity/namespace-limits.ts";
import { serviceObjects } from "./features/workloads/service-objects.ts";

/** What runs: for each service its account, address, Deployments, autoscalers and disruption budget. */
export function workloadObjects(stack: StackData): CoreObject[] {
  return Object.entries(stack.catalog.services).flatMap(([name, service]) => serviceObjects(stack, name, service));
}

/** What holds for the namespace before its first pod: deny-all, and in an ambient mesh the waypoint. */
export function namespaceObjects(stack: StackData): (CoreObject | IstioObject | WaypointObject)[] {
  const plane = dataPlaneOf(stack);
  return [
    denyAll(stack),
    ...plane.proxyObjects(),
    ...plane.proxyPolicies(),
    ...namespaceNetworkPolicies(stack),
    ...resourceQuota(stack),
    ...limitRange(stack),
  ];
}

/** Who may call whom, and how they prove who they are. */
export function securityObjects(stack: StackData): (CoreObject | IstioObject)[] {
  return dataPlaneOf(stack).attach<CoreObject | IstioObject>([
    ...servicePeerAuthentications(stack),
    ...requestAuthentications(stack),
    ...customPolicies(stack),
    ...allowPolicies(stack),
    ...serviceNetworkPolicies(stack),
  ]);
}

/** How requests find it, and how its own find the way out. */
export function trafficObjects(stack: StackData): IstioObject[] {
  return dataPlaneOf(stack).attach<IstioObject>([
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
