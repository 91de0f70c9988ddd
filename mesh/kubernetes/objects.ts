import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy";
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication";
import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1/Gateway";
import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry";
import type { ISidecar } from "@kubernetes-models/istio/networking.istio.io/v1/Sidecar";
import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication";
import type { ITelemetry } from "@kubernetes-models/istio/telemetry.istio.io/v1/Telemetry";
import type { MutatingWebhook } from "kubernetes-types/admissionregistration/v1.d.ts";
import type { DeploymentSpec as AnyDeploymentSpec } from "kubernetes-types/apps/v1.d.ts";
import type { HorizontalPodAutoscalerSpec } from "kubernetes-types/autoscaling/v2.d.ts";
import type {
  LimitRangeSpec,
  PodSpec as AnyPodSpec,
  ResourceQuotaSpec,
  ServiceSpec,
} from "kubernetes-types/core/v1.d.ts";
import type { NetworkPolicySpec } from "kubernetes-types/networking/v1.d.ts";
import type { PodDisruptionBudgetSpec } from "kubernetes-types/policy/v1.d.ts";
import type { HttpRouteSpec, IngressGatewaySpec } from "./gateway-api.ts";
import type { CertManagerObject } from "./cert-manager.ts";
import type { DestinationRuleSpec, VirtualServiceSpec } from "./istio.ts";
import type { Metadata, Specified, Typed } from "./metadata.ts";
import type { KarpenterObject } from "./karpenter.ts";

export type { Metadata } from "./metadata.ts";

/** The fields of a pod that the model sets. */
export type PodSpec = Pick<
  AnyPodSpec,
  | "serviceAccountName"
  | "automountServiceAccountToken"
  | "nodeSelector"
  | "securityContext"
  | "topologySpreadConstraints"
  | "containers"
> & {
  /** Folders that are gone with the pod, or hold the files of a ConfigMap. */
  readonly volumes?: (
    | { readonly name: string; readonly emptyDir: object }
    | { readonly name: string; readonly configMap: { readonly name: string } }
  )[];
};

/** A Deployment's specification with such a pod. */
export type DeploymentSpec = Omit<AnyDeploymentSpec, "template"> & {
  readonly template: {
    readonly metadata: Required<Pick<Metadata, "labels" | "annotations">>;
    readonly spec: PodSpec;
  };
};

export type NamespaceObject = Typed<"v1", "Namespace">;
export interface ServiceAccountObject extends Typed<"v1", "ServiceAccount"> {
  readonly automountServiceAccountToken: boolean;
}
export interface ConfigMapObject extends Typed<"v1", "ConfigMap"> {
  readonly data: Readonly<Record<string, string>>;
}
export type ServiceObject = Specified<"v1", "Service", ServiceSpec>;
export type DeploymentObject = Specified<"apps/v1", "Deployment", DeploymentSpec>;
export type AutoscalerObject = Specified<"autoscaling/v2", "HorizontalPodAutoscaler", HorizontalPodAutoscalerSpec>;
export type DisruptionBudgetObject = Specified<"policy/v1", "PodDisruptionBudget", PodDisruptionBudgetSpec>;
export type NetworkPolicyObject = Specified<"networking.k8s.io/v1", "NetworkPolicy", NetworkPolicySpec>;
export type ResourceQuotaObject = Specified<"v1", "ResourceQuota", ResourceQuotaSpec>;
export type LimitRangeObject = Specified<"v1", "LimitRange", LimitRangeSpec>;

/** A class of volumes; it has no specification, its fields lie beside the metadata. */
export interface StorageClassObject extends Typed<"storage.k8s.io/v1", "StorageClass"> {
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly volumeBindingMode: "WaitForFirstConsumer" | "Immediate";
  readonly reclaimPolicy: "Delete" | "Retain";
  readonly allowVolumeExpansion: boolean;
}

/** A webhook with its rules in full: the package's type leaves the resources out. */
export type Webhook = Omit<MutatingWebhook, "rules"> & {
  readonly rules: {
    readonly operations: string[];
    readonly apiGroups: string[];
    readonly apiVersions: string[];
    readonly resources: string[];
  }[];
};

/** What the API server calls before it stores objects; it has no specification either. */
export interface WebhookConfigurationObject extends Typed<
  "admissionregistration.k8s.io/v1",
  "MutatingWebhookConfiguration"
> {
  readonly webhooks: readonly Webhook[];
}

/** Objects of Kubernetes itself. */
export type CoreObject =
  | NamespaceObject
  | ServiceAccountObject
  | ServiceObject
  | DeploymentObject
  | AutoscalerObject
  | DisruptionBudgetObject
  | WebhookConfigurationObject
  | ConfigMapObject
  | NetworkPolicyObject
  | ResourceQuotaObject
  | LimitRangeObject;

type Networking<K extends string, S> = Specified<"networking.istio.io/v1", K, NonNullable<S>>;
type Security<K extends string, S> = Specified<"security.istio.io/v1", K, NonNullable<S>>;

export type GatewayObject = Networking<"Gateway", IGateway["spec"]>;
export type VirtualServiceObject = Networking<"VirtualService", VirtualServiceSpec>;
export type DestinationRuleObject = Networking<"DestinationRule", DestinationRuleSpec>;
export type ServiceEntryObject = Networking<"ServiceEntry", IServiceEntry["spec"]>;
export type AuthorizationPolicyObject = Security<"AuthorizationPolicy", IAuthorizationPolicy["spec"]>;
export type PeerAuthenticationObject = Security<"PeerAuthentication", IPeerAuthentication["spec"]>;
export type RequestAuthenticationObject = Security<"RequestAuthentication", IRequestAuthentication["spec"]>;
export type SidecarObject = Networking<"Sidecar", ISidecar["spec"]>;
export type TelemetryObject = Specified<"telemetry.istio.io/v1", "Telemetry", NonNullable<ITelemetry["spec"]>>;

/** A change of what istiod gives to proxies. Istio checks little of it: the types here are Envoy's JSON. */
export interface EnvoyFilterSpec {
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
  readonly configPatches: readonly {
    readonly applyTo: string;
    readonly match: Readonly<Record<string, Json>>;
    readonly patch: { readonly operation: string; readonly value: Json };
  }[];
}

export type EnvoyFilterObject = Specified<"networking.istio.io/v1alpha3", "EnvoyFilter", EnvoyFilterSpec>;

/** A Gateway of the Gateway API that is a waypoint: istiod makes its Deployment, Service and ServiceAccount. */
export type WaypointObject = Specified<
  "gateway.networking.k8s.io/v1",
  "Gateway",
  {
    readonly gatewayClassName: "istio-waypoint";
    readonly listeners: readonly { readonly name: string; readonly port: number; readonly protocol: "HBONE" }[];
    readonly infrastructure: {
      readonly parametersRef: { readonly group: ""; readonly kind: "ConfigMap"; readonly name: string };
    };
  }
>;

/** A Gateway of the Gateway API in front of the ingress gateway's pods. */
export type IngressGatewayObject = Specified<"gateway.networking.k8s.io/v1", "Gateway", IngressGatewaySpec>;
export type HttpRouteObject = Specified<"gateway.networking.k8s.io/v1", "HTTPRoute", HttpRouteSpec>;

/** What stands for the ingress in the Gateway API's words. */
export type GatewayApiObject = IngressGatewayObject | HttpRouteObject;

/** Istio's custom resources. */
export type IstioObject =
  | GatewayObject
  | VirtualServiceObject
  | DestinationRuleObject
  | ServiceEntryObject
  | AuthorizationPolicyObject
  | PeerAuthenticationObject
  | RequestAuthenticationObject
  | SidecarObject
  | TelemetryObject
  | EnvoyFilterObject;

/** Anything that the model makes and Kubernetes stores. */
export type KubernetesObject =
  | CertManagerObject
  | CoreObject
  | StorageClassObject
  | IstioObject
  | WaypointObject
  | GatewayApiObject
  | KarpenterObject;

/** A Helm release: where its chart is and what it is given. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  /** Repository URL, `oci://` registry, or local directory that holds the chart. */
  readonly repository: string;
  /** Leaves out the definitions beside the chart's templates, where another release brings them. Default: false. */
  readonly skipCrds?: boolean;
  /** Chart values; plain and known, so that a preview shows them. */
  readonly values: HelmValues;
}

/** JSON as data. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Values of a chart. */
export type HelmValue = Json;
export type HelmValues = Readonly<Record<string, HelmValue>>;
