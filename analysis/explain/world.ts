import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry";
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1/VirtualService";
import type { ISidecar } from "@kubernetes-models/istio/networking.istio.io/v1/Sidecar";
import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication";
import type {
  AuthorizationPolicyObject,
  AutoscalerObject,
  ConfigMapObject,
  DeploymentObject,
  DestinationRuleObject,
  EnvoyFilterObject,
  GatewayObject,
  Metadata,
  PeerAuthenticationObject,
  ServiceObject,
} from "../../mesh/kubernetes/objects.ts";
import { type AmbientNamespace } from "../authorization/waypoint.ts";

export interface Described<S> {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: NonNullable<S>;
}

/** As the API server stores it: the model's own type promises more. */
export type VirtualServiceView = Described<IVirtualService["spec"]>;
export type ServiceEntryView = Described<IServiceEntry["spec"]>;
export type SidecarView = Described<ISidecar["spec"]>;
export type RequestAuthenticationView = Described<IRequestAuthentication["spec"]>;
export type HttpRoute = NonNullable<VirtualServiceView["spec"]["http"]>[number];
export type HttpMatch = NonNullable<HttpRoute["match"]>[number];

/** The pods of a gateway: they come from a Helm release, so no object of the model says them. */
export interface GatewayWorkload {
  /** Labels that a Gateway selects. */
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
  /** Also the name of its Service. */
  readonly serviceAccount: string;
  /** Nothing outside of the cluster reaches it. */
  readonly isInside?: true;
}

/** What the objects alone do not say. */
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

/** Anything with a kind; the explanation reads those that it knows and passes the rest over. */
export interface AnyObject {
  readonly kind: string;
  readonly metadata: Metadata;
}

/** Name of an object in a trace. */
export function nameOf(object: AnyObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

/** `namespace/name`. */
export function keyOf(object: AnyObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}

export function namespaceOf(object: AnyObject): string {
  return object.metadata.namespace ?? "default";
}

/** Whether all wanted labels are there with their values. */
export function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** Key of `World.deployments`. */
export function appKey(namespace: string, labels: Readonly<Record<string, string>>): string {
  return `${namespace}/${labels["app"] ?? ""}`;
}

/** A gateway as VirtualServices name it: `mesh`, `namespace/name`, or a name of their own namespace. */
export function gatewayKey(gateway: string, namespace: string): string {
  return gateway === "mesh" || gateway.includes("/") ? gateway : `${namespace}/${gateway}`;
}
