import { NAMESPACES } from "../../mesh/kubernetes/names.ts";
import { declaredCalls } from "../stack/declared-calls.ts";
import type { ClusterView } from "../../analysis/doctor/view.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import type { KubernetesApi } from "../cluster/kubernetes-api.ts";
import { proxiesOf } from "./proxies.ts";
import { lostPods } from "./pod-obstacles.ts";
import {
  autoscalerView,
  certificateViews,
  httpRouteView,
  ingressViews,
  issuanceView,
  namespaceView,
  podView,
  representsCertManager,
  serviceView,
} from "./views.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Istio's own trust domain, where no stack says another. */
const TRUST_DOMAIN = "cluster.local";

/**
 * Reads a cluster as the doctor sees it. Changes nothing.
 * @param stack whose calls are looked for; undefined: none
 * @throws CommandError when the API server cannot be reached or refuses
 */
export async function readCluster(api: KubernetesApi, stack: StackData | undefined): Promise<ClusterView> {
  const istio = <T>(group: string, plural: string) => api.list(`/apis/${group}.istio.io/v1/${plural}`) as Promise<T[]>;
  const [namespaces, pods, services, slices, autoscalers, secrets, events, gatewayApi, issuances] = await Promise.all([
    api.list("/api/v1/namespaces"),
    api.list("/api/v1/pods"),
    api.list("/api/v1/services"),
    api.list("/apis/discovery.k8s.io/v1/endpointslices"),
    api.list("/apis/autoscaling/v2/horizontalpodautoscalers"),
    api.list("/api/v1/secrets"),
    api.list("/api/v1/events"),
    gatewayApiOf(api),
    issuancesOf(api),
  ]);
  const [virtualServices, destinationRules, gateways, peerAuthentications, authorizationPolicies] = await Promise.all([
    istio<ClusterView["virtualServices"][number]>("networking", "virtualservices"),
    istio<ClusterView["destinationRules"][number]>("networking", "destinationrules"),
    istio<ClusterView["gateways"][number]>("networking", "gateways"),
    istio<ClusterView["peerAuthentications"][number]>("security", "peerauthentications"),
    istio<ClusterView["authorizationPolicies"][number]>("security", "authorizationpolicies"),
  ]);
  const podViews = pods.map(podView);
  return {
    now: Date.now(),
    rootNamespace: NAMESPACES.istioSystem,
    trustDomains: [stack?.config.mesh.trustDomain ?? TRUST_DOMAIN],
    namespaces: namespaces.map(namespaceView),
    pods: podViews,
    lostPods: lostPods(events, pods, Date.now()),
    services: services.map((service) => serviceView(service, slices)),
    autoscalers: autoscalers.map(autoscalerView),
    certificates: secrets.flatMap(certificateViews),
    issuances: pods.some(representsCertManager) ? undefined : issuances,
    virtualServices,
    destinationRules,
    gateways,
    gatewayApi,
    peerAuthentications,
    authorizationPolicies,
    proxies: await proxiesOf(api, podViews, NAMESPACES.istioSystem),
    declared: stack === undefined ? undefined : declaredCalls(stack),
  };
}

async function gatewayApiOf(api: KubernetesApi): Promise<ClusterView["gatewayApi"]> {
  const group = "/apis/gateway.networking.k8s.io/v1";
  return unlessRefused(async () => {
    const [routes, gateways] = await Promise.all([api.list(`${group}/httproutes`), api.list(`${group}/gateways`)]);
    return [...routes.map(httpRouteView), ...gateways.flatMap(ingressViews)];
  });
}

async function issuancesOf(api: KubernetesApi): Promise<ClusterView["issuances"]> {
  return unlessRefused(async () => (await api.list("/apis/cert-manager.io/v1/certificates")).map(issuanceView));
}

/** The ClusterRole view does not cover all kinds, and the API server refuses these also where it does not know them. */
async function unlessRefused<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CommandError && error.code === "cluster.refused") {
      return undefined;
    }
    throw error;
  }
}
