import type {
  AuthorizationPolicyObject,
  AutoscalerObject,
  ConfigMapObject,
  DeploymentObject,
  DestinationRuleObject,
  EnvoyFilterObject,
  GatewayObject,
  PeerAuthenticationObject,
  ServiceObject,
} from "../../mesh/kubernetes/objects.ts";
import type { AmbientNamespace } from "../authorization/waypoint.ts";
import type { Labels } from "../objects/object.ts";
import type { RequestAuthenticationView, ServiceEntryView, SidecarView, VirtualServiceView } from "./views.ts";

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

/** Key of `World.deployments`. */
export function appKey(namespace: string, labels: Labels): string {
  return `${namespace}/${labels["app"] ?? ""}`;
}
