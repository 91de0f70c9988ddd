import { MANAGED_BY, serviceLabels } from "./labels.ts";
import type { CertManagerObject } from "./cert-manager.ts";
import type { Metadata } from "./metadata.ts";
import type { CoreObject, IstioObject } from "./objects.ts";

/** Objects that consist of metadata and a specification. */
type Made = Extract<IstioObject | CertManagerObject | CoreObject, { readonly spec: unknown }>;

/** The version of each kind that the program writes. A `Gateway` is Istio's; the Gateway API's are written out. */
const API_VERSIONS: { readonly [K in Made["kind"]]: Extract<Made, { readonly kind: K }>["apiVersion"] } = {
  Gateway: "networking.istio.io/v1",
  VirtualService: "networking.istio.io/v1",
  DestinationRule: "networking.istio.io/v1",
  ServiceEntry: "networking.istio.io/v1",
  Sidecar: "networking.istio.io/v1",
  EnvoyFilter: "networking.istio.io/v1alpha3",
  AuthorizationPolicy: "security.istio.io/v1",
  PeerAuthentication: "security.istio.io/v1",
  RequestAuthentication: "security.istio.io/v1",
  Telemetry: "telemetry.istio.io/v1",
  Certificate: "cert-manager.io/v1",
  Issuer: "cert-manager.io/v1",
  ClusterIssuer: "cert-manager.io/v1",
  AWSPCAClusterIssuer: "awspca.cert-manager.io/v1beta1",
  Service: "v1",
  Deployment: "apps/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  ResourceQuota: "v1",
  LimitRange: "v1",
};

/** An object of a kind, with the kind's version. */
export function make<K extends Made["kind"]>(
  kind: K,
  metadata: Metadata,
  spec: Extract<Made, { readonly kind: K }>["spec"],
): Extract<Made, { readonly kind: K }> {
  // Version and specification are looked up by the kind, which the compiler does not follow through the union.
  return { apiVersion: API_VERSIONS[kind], kind, metadata, spec } as unknown as Extract<Made, { readonly kind: K }>;
}

/** Metadata of an object. @param labels Default: that this program keeps it. */
export function named(name: string, namespace: string, labels: Metadata["labels"] = MANAGED_BY): Metadata {
  return { name, namespace, labels };
}

/** Metadata of an object of one service, in the application's namespace. @param name Default: the service's. */
export function ofService(
  catalog: { readonly name: string; readonly namespace: string },
  service: string,
  name: string = service,
): Metadata {
  return named(name, catalog.namespace, serviceLabels(catalog, service));
}
