/** An application by its name. */
interface Named {
  readonly name: string;
}

/** Namespaces that the platform owns, beside the application's own. */
export const NAMESPACES = {
  /** Control plane; Istio's root namespace, so policies in it hold for the whole mesh. */
  istioSystem: "istio-system",
  ingress: "istio-ingress",
  egress: "istio-egress",
  eastWest: "istio-eastwest",
  observability: "observability",
  certManager: "cert-manager",
} as const;

/** Namespace of the rate limit service, which is in the mesh like an application. */
export const RATE_LIMIT_NAMESPACE = "rate-limit";

/** Namespace of DNS, controllers and agents that run on every node. Kubernetes' own: the program does not make it. */
export const KUBE_SYSTEM = "kube-system";

/** Names of the Helm releases. A gateway's Service, Deployment and ServiceAccount are named after its release. */
export const RELEASES = {
  istioBase: "istio-base",
  istioCni: "istio-cni",
  ztunnel: "ztunnel",
  gatewayApiCrds: "gateway-api-crds",
  istiod: "istiod",
  ingressGateway: "istio-ingressgateway",
  egressGateway: "istio-egressgateway",
  eastWestGateway: "istio-eastwestgateway",
  internalGateway: "istio-internalgateway",
  prometheus: "prometheus",
  grafana: "grafana",
  jaeger: "jaeger",
  kiali: "kiali",
  collector: "opentelemetry-collector",
  redis: "redis",
  loadBalancerController: "aws-load-balancer-controller",
  externalDns: "external-dns",
  certManager: "cert-manager",
  privateCaIssuer: "aws-privateca-issuer",
  istioCsr: "cert-manager-istio-csr",
  karpenterCrds: "karpenter-crd",
  karpenter: "karpenter",
} as const;

/** Releases of the gateways that lead to services; both lie in one namespace. */
export const GATEWAY_RELEASES = { ingress: RELEASES.ingressGateway, internal: RELEASES.internalGateway } as const;

/** Label that the gateway chart puts on its pods: the release's name without `istio-`. */
export const INGRESS_SELECTOR = { istio: "ingressgateway" } as const;

/** The same of the egress gateway's pods. */
export const EGRESS_SELECTOR = { istio: "egressgateway" } as const;

/** The same of the internal gateway's pods. */
export const INTERNAL_SELECTOR = { istio: "internalgateway" } as const;

/** Name of what leads an application's requests out through the egress gateway. */
export function egressName(catalog: Named): string {
  return `${catalog.name}-egress`;
}

/** Fully qualified host of the egress gateway's Service. */
export function egressGatewayHost(): string {
  return `${RELEASES.egressGateway}.${NAMESPACES.egress}.svc.cluster.local`;
}

/** Name of the Istio Gateway of an application. */
export function gatewayName(catalog: Named): string {
  return `${catalog.name}-gateway`;
}

/** Name of what the internal gateway does for an application. */
export function internalName(catalog: Named): string {
  return `${catalog.name}-internal`;
}

/** Names of the internal gateway's Service, as pods of any namespace may write them. */
export const INTERNAL_HOSTS: readonly string[] = ["", ".svc", ".svc.cluster.local"].map(
  (suffix) => `${RELEASES.internalGateway}.${NAMESPACES.ingress}${suffix}`,
);

/** The fully qualified one of them. */
export function internalGatewayHost(): string {
  return `${RELEASES.internalGateway}.${NAMESPACES.ingress}.svc.cluster.local`;
}

/** Fully qualified host of a service: short names depend on the namespace of whoever reads them. */
export function serviceHost(catalog: { readonly namespace: string }, service: string): string {
  return `${service}.${catalog.namespace}.svc.cluster.local`;
}

/** SPIFFE identity of a ServiceAccount, as an AuthorizationPolicy names it. */
export function principal(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Name of the Deployment of one version of a service. */
export function deploymentName(service: string, version: string): string {
  return `${service}-${version}`;
}

/** Name of a stack's cluster: given, or made from the stack's. */
export function clusterName(stack: string, config: { readonly cluster: { readonly name?: string } }): string {
  return config.cluster.name ?? `ecommerce-mesh-${stack}`;
}
