import type {
  AutoscalerObject,
  DeploymentObject,
  DestinationRuleObject,
  GatewayObject,
  HttpRouteObject,
  IngressGatewayObject,
  ServiceObject,
} from "../../mesh/kubernetes/objects.ts";
import { ambientNamespaces } from "../authorization/waypoint.ts";
import { hostOfService, keyOf, namespaceOf, type AnyObject } from "../objects/object.ts";
import { listenersAsGateways, routesInOrder } from "./gateway-api.ts";
import { fullHost } from "./hosts.ts";
import { gatewayKey, type ServiceEntryView, type VirtualServiceView } from "./views.ts";
import { appKey, type World, type WorldSettings } from "./world.ts";

/** Files the objects of a stack. Linear in their number. */
export function buildWorld(objects: readonly AnyObject[], settings: WorldSettings): World {
  const ofKind = grouped(objects, ({ kind }) => [kind]);
  const all = <T extends AnyObject>(kind: string): T[] => (ofKind.get(kind) ?? []) as T[];
  const virtualServices = all<VirtualServiceView>("VirtualService");
  const gateways = all<GatewayObject | IngressGatewayObject>("Gateway");
  // A waypoint has no address, and nothing from outside.
  const ofGatewayApi = gateways.filter((object) => "addresses" in object.spec) as IngressGatewayObject[];
  const bound = [...virtualServices, ...routesInOrder(all<HttpRouteObject>("HTTPRoute"), ofGatewayApi)].filter(
    ({ spec }) => (spec.hosts ?? []).length > 0,
  );
  return {
    ...settings,
    gatewayObjects: [
      ...(gateways.filter((object) => !("listeners" in object.spec)) as GatewayObject[]),
      ...ofGatewayApi.flatMap((gateway) => listenersAsGateways(gateway, settings.gateways)),
    ],
    virtualServices: new Map(virtualServices.map((object) => [keyOf(object), object])),
    boundTo: grouped(bound, (object) =>
      [...new Set(object.spec.gateways ?? ["mesh"])].map((gateway) => gatewayKey(gateway, namespaceOf(object))),
    ),
    destinationRules: new Map(
      all<DestinationRuleObject>("DestinationRule").map((rule) => [fullHost(rule.spec.host, namespaceOf(rule)), rule]),
    ),
    services: new Map(
      all<ServiceObject>("Service").map((service) => [
        hostOfService(service.metadata.name, namespaceOf(service)),
        service,
      ]),
    ),
    serviceEntries: new Map(
      all<ServiceEntryView>("ServiceEntry").flatMap((entry) => entry.spec.hosts.map((host) => [host, entry])),
    ),
    deployments: grouped(all<DeploymentObject>("Deployment"), (object) => [
      appKey(namespaceOf(object), object.spec.template.metadata.labels),
    ]),
    autoscalers: new Map(
      all<AutoscalerObject>("HorizontalPodAutoscaler").map((scaler) => [
        `${namespaceOf(scaler)}/${scaler.spec.scaleTargetRef.name}`,
        scaler,
      ]),
    ),
    peerAuthentications: all("PeerAuthentication"),
    requestAuthentications: all("RequestAuthentication"),
    authorizationPolicies: all("AuthorizationPolicy"),
    envoyFilters: all("EnvoyFilter"),
    configMaps: all("ConfigMap"),
    sidecars: all("Sidecar"),
    ambient: ambientNamespaces(objects, settings.trustDomain),
  };
}

/** Each item under each of its keys. */
function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push(item);
    }
  }
  return groups;
}
