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
import { ambientNamespaces, type AmbientNamespace } from "../authorization/waypoint.ts";
import { hostOfService, keyOf, namespaceOf, type AnyObject, type Labels } from "../objects/object.ts";
import { listenersAsGateways, routesInOrder } from "./gateway-api.ts";
import { fullHost } from "./hosts.ts";
import {
  gatewayKey,
  type RequestAuthenticationView,
  type ServiceEntryView,
  type SidecarView,
  type VirtualServiceView,
} from "./views.ts";

/** The pods of a gateway: they come from a Helm release and are in no object of a stack. */
export interface GatewayWorkload {
  /** Labels that a Gateway selects. */
  readonly labels: Labels;
  readonly namespace: string;
  /** Also the name of its Service. */
  readonly serviceAccount: string;
  /** Nothing outside of the cluster reaches it. */
  readonly isInside?: true;
}

/** What is not in the objects. */
export interface WorldSettings {
  readonly gateways: readonly GatewayWorkload[];
  readonly trustDomain: string;
  /** Namespace whose policies hold for the whole mesh. */
  readonly rootNamespace: string;
  /** What becomes of calls to hosts that the mesh does not know. */
  readonly outboundTraffic: "ALLOW_ANY" | "REGISTRY_ONLY";
}

/** The objects of a stack, filed for look-ups. */
export interface World extends WorldSettings {
  readonly gatewayObjects: readonly GatewayObject[];
  /** By `namespace/name`. */
  readonly virtualServices: ReadonlyMap<string, VirtualServiceView>;
  /** Those with hosts, by each gateway they are bound to: `mesh` or `namespace/name`. */
  readonly boundTo: ReadonlyMap<string, readonly VirtualServiceView[]>;
  /** By host. */
  readonly destinationRules: ReadonlyMap<string, DestinationRuleObject>;
  /** By host. */
  readonly services: ReadonlyMap<string, ServiceObject>;
  /** By host; wildcards among them. */
  readonly serviceEntries: ReadonlyMap<string, ServiceEntryView>;
  /** By namespace and label `app`, the one label that every Service here selects. */
  readonly deployments: ReadonlyMap<string, readonly DeploymentObject[]>;
  /** By `namespace/name` of the Deployment. */
  readonly autoscalers: ReadonlyMap<string, AutoscalerObject>;
  readonly peerAuthentications: readonly PeerAuthenticationObject[];
  readonly requestAuthentications: readonly RequestAuthenticationView[];
  readonly authorizationPolicies: readonly AuthorizationPolicyObject[];
  readonly envoyFilters: readonly EnvoyFilterObject[];
  readonly configMaps: readonly ConfigMapObject[];
  readonly sidecars: readonly SidecarView[];
  /** Namespaces without sidecars, by name. */
  readonly ambient: ReadonlyMap<string, AmbientNamespace>;
}

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

/** Key of `World.deployments`. */
export function appKey(namespace: string, labels: Labels): string {
  return `${namespace}/${labels["app"] ?? ""}`;
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
