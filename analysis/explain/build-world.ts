import type {
  AuthorizationPolicyObject,
  AutoscalerObject,
  ConfigMapObject,
  DeploymentObject,
  DestinationRuleObject,
  EnvoyFilterObject,
  GatewayObject,
  HttpRouteObject,
  IngressGatewayObject,
  PeerAuthenticationObject,
  ServiceObject,
} from "../../mesh/kubernetes/objects.ts";
import { ambientNamespaces } from "../authorization/waypoint.ts";
import { listenersAsGateways, routesInOrder } from "./gateway-api.ts";
import {
  type VirtualServiceView,
  type ServiceEntryView,
  type SidecarView,
  type RequestAuthenticationView,
  type WorldSettings,
  type World,
  type AnyObject,
  keyOf,
  namespaceOf,
  appKey,
  gatewayKey,
} from "./world.ts";

/** Files the objects of a stack. Linear in their number. */
export function buildWorld(objects: readonly AnyObject[], settings: WorldSettings): World {
  const ofKind = new Map<string, AnyObject[]>();
  for (const object of objects) {
    append(ofKind, object.kind, object);
  }
  const all = <T extends AnyObject>(kind: string): T[] => (ofKind.get(kind) ?? []) as T[];
  const virtualServices = all<VirtualServiceView>("VirtualService");
  const gateways = all<GatewayObject | IngressGatewayObject>("Gateway");
  // A waypoint has no address, and nothing from outside.
  const ofGatewayApi = gateways.filter((object) => "addresses" in object.spec) as IngressGatewayObject[];
  return {
    ...settings,
    gatewayObjects: [
      ...(gateways.filter((object) => !("listeners" in object.spec)) as GatewayObject[]),
      ...ofGatewayApi.flatMap((gateway) => listenersAsGateways(gateway, settings.gateways)),
    ],
    virtualServices: new Map(virtualServices.map((object) => [keyOf(object), object])),
    boundTo: bindings([...virtualServices, ...routesInOrder(all<HttpRouteObject>("HTTPRoute"), ofGatewayApi)]),
    destinationRules: new Map(all<DestinationRuleObject>("DestinationRule").map((rule) => [hostOf(rule), rule])),
    services: new Map(all<ServiceObject>("Service").map((service) => [serviceHostOf(service), service])),
    serviceEntries: new Map(
      all<ServiceEntryView>("ServiceEntry").flatMap((entry) => entry.spec.hosts.map((host) => [host, entry])),
    ),
    deployments: byApp(all<DeploymentObject>("Deployment")),
    autoscalers: new Map(
      all<AutoscalerObject>("HorizontalPodAutoscaler").map((scaler) => [
        `${namespaceOf(scaler)}/${scaler.spec.scaleTargetRef.name}`,
        scaler,
      ]),
    ),
    peerAuthentications: all<PeerAuthenticationObject>("PeerAuthentication"),
    requestAuthentications: all<RequestAuthenticationView>("RequestAuthentication"),
    authorizationPolicies: all<AuthorizationPolicyObject>("AuthorizationPolicy"),
    envoyFilters: all<EnvoyFilterObject>("EnvoyFilter"),
    configMaps: all<ConfigMapObject>("ConfigMap"),
    sidecars: all<SidecarView>("Sidecar"),
    ambient: ambientNamespaces(objects, settings.trustDomain),
  };
}

function bindings(virtualServices: readonly VirtualServiceView[]): Map<string, VirtualServiceView[]> {
  const bound = new Map<string, VirtualServiceView[]>();
  for (const object of virtualServices.filter(({ spec }) => (spec.hosts ?? []).length > 0)) {
    for (const gateway of new Set(object.spec.gateways ?? ["mesh"])) {
      append(bound, gatewayKey(gateway, namespaceOf(object)), object);
    }
  }
  return bound;
}

function byApp(deployments: readonly DeploymentObject[]): Map<string, DeploymentObject[]> {
  const filed = new Map<string, DeploymentObject[]>();
  for (const deployment of deployments) {
    append(filed, appKey(namespaceOf(deployment), deployment.spec.template.metadata.labels), deployment);
  }
  return filed;
}

function hostOf({ spec, metadata }: DestinationRuleObject): string {
  const host = spec.host;
  return host.includes(".") ? host : `${host}.${metadata.namespace ?? "default"}.svc.cluster.local`;
}

function serviceHostOf({ metadata }: ServiceObject): string {
  return `${metadata.name}.${metadata.namespace ?? "default"}.svc.cluster.local`;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
  } else {
    list.push(value);
  }
}
