import { dataPlaneOf } from "./features/data-plane/data-plane-of.ts";
import { entryCatalog } from "./features/gateway-api/entry-catalog.ts";
import { gatewayApiObjects } from "./features/gateway-api/objects.ts";
import { versionRules } from "./features/gateway-api/version-services.ts";
import type { CoreObject, IstioObject, KubernetesObject, WaypointObject } from "./kubernetes/objects.ts";
import { remoteServiceEntries } from "./features/multi-cluster/multi-cluster.ts";
import { applicationNamespace } from "./features/workloads/namespaces.ts";
import { allowPolicies, denyAll } from "./features/authorization/authorization-policies.ts";
import { customPolicies } from "./features/authorization/external-authorization.ts";
import { serviceNetworkPolicies, namespaceNetworkPolicies } from "./features/network-policies/application.ts";
import { servicePeerAuthentications } from "./features/authorization/peer-authentication.ts";
import { requestAuthentications } from "./features/authorization/request-authentication.ts";
import type { StackData } from "./stack/stack.ts";
import { destinationRules } from "./features/routing/destination-rules.ts";
import { egressObjects } from "./features/egress/objects.ts";
import { gateway } from "./features/gateways/ingress.ts";
import { internalObjects } from "./features/gateways/internal/objects.ts";
import { globalRateLimits } from "./features/rate-limits/global.ts";
import { localRateLimits } from "./features/rate-limits/local.ts";
import { serviceTelemetries } from "./features/observability/telemetry/telemetry.ts";
import { sidecars } from "./features/workloads/sidecars.ts";
import { virtualServices } from "./features/routing/virtual-services.ts";
import { managedFields } from "./features/routing/managed-fields.ts";
import { type ComponentPlan, group, objectsOf } from "./groups.ts";
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

/** Which callers each service accepts, and how they prove who they are. */
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

/** The namespace, closed before its first pod: what refuses everything and limits it outlives the last. */
export function namespaceComponent(stack: StackData): ComponentPlan {
  return {
    name: "application",
    type: "ecommerce-mesh:workloads:ApplicationNamespace",
    // Its policy passes istiod's webhook, and its pods get their sidecars from istiod.
    after: ["mesh", "karpenter"],
    groups: [
      group("namespace", [], { objects: [applicationNamespace(stack)] }),
      group("guards", ["namespace"], { objects: namespaceObjects(stack) }),
    ],
  };
}

/** The services of the catalog. */
export function workloadsComponent(stack: StackData): ComponentPlan {
  const objects = workloadObjects(stack);
  const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  return {
    name: "workloads",
    type: "ecommerce-mesh:workloads:Workloads",
    after: ["application"],
    groups: [
      group("accounts", [], { objects: accounts }),
      group("sidecars", [], { objects: sidecars(stack) }),
      group("addresses", [], {
        objects: objects.filter(({ kind }) => kind !== "ServiceAccount" && kind !== "Deployment"),
      }),
      // A pod is refused while its ServiceAccount is not there; a proxy without its Sidecar first gets every host of the mesh.
      group("deployments", ["accounts", "sidecars"], { objects: deployments }),
    ],
  };
}

/** Which calls are allowed: all else is refused by the namespace. */
export function securityComponent(stack: StackData): ComponentPlan {
  return {
    name: "security",
    type: "ecommerce-mesh:security:SecurityPolicy",
    // Opened last and closed first: no request arrives before the pods that answer it.
    after: ["workloads"],
    groups: [group("policies", [], { objects: securityObjects(stack) })],
  };
}

/** How requests find the services: gateway, subsets and routes. */
export function trafficComponent(stack: StackData): ComponentPlan {
  const objects = trafficObjects(stack);
  const gatewayApi = gatewayApiObjects(stack);
  const isFirst = ({ kind }: IstioObject) => kind === "DestinationRule" || kind === "AuthorizationPolicy";
  const isRoute = ({ kind }: IstioObject) => kind === "VirtualService";
  return {
    name: "traffic",
    type: "ecommerce-mesh:traffic:TrafficPolicy",
    // A gateway asks no rate limit service that is not there yet: with `failureMode: closed` it would answer 500.
    after: ["workloads", "rate-limit"],
    groups: [
      group("subsets", [], { objects: objects.filter(isFirst) }),
      group("settings", [], { objects: objects.filter((object) => !isFirst(object) && !isRoute(object)) }),
      // A route to a subset that no DestinationRule defines answers 503. And nobody finds the way out before a policy
      // decides who may go there.
      group("routes", ["subsets"], {
        objects: objects.filter(isRoute),
        managedFields: (object) => managedFields(stack, object),
      }),
      // HTTPRoutes come after what they name: the Gateway, the versions' Services, and how these are reached.
      group("gateway-api", [], { objects: gatewayApi.filter(({ kind }) => kind !== "HTTPRoute") }),
      group("http-routes", ["subsets", "gateway-api"], {
        objects: gatewayApi.filter(({ kind }) => kind === "HTTPRoute"),
      }),
    ],
  };
}

/** Every object of the application; its policies at the egress gateway lie in that one's namespace. */
export function applicationObjects(stack: StackData): KubernetesObject[] {
  return objectsOf([
    namespaceComponent(stack),
    workloadsComponent(stack),
    securityComponent(stack),
    trafficComponent(stack),
  ]);
}
