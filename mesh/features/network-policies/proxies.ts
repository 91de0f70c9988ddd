import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { KUBE_SYSTEM, NAMESPACES } from "../../kubernetes/names.ts";
import { inNamespace, namespaceOf, network, tcp, toHost } from "../../kubernetes/network-peers.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { StackConfig } from "../../stack/config.ts";
import { certifiesWorkloads } from "../certificates/uses.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";
import { CERTIFICATE_SIGNER } from "./certificates.ts";

/**
 * What each pod of the mesh takes for its proxy: who reads metrics, which is this stack's Prometheus, or the one whose address is
 * given, wherever that runs.
 */
export function proxyIngress({ observability }: StackConfig): NetworkPolicyIngressRule[] {
  const { address } = observability.prometheus;
  const namespace = address === undefined ? NAMESPACES.observability : namespaceOf(new URL(address).hostname);
  const scraper = namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace);
  return [{ from: [scraper], ports: tcp(ISTIO_PORTS.metrics, ISTIO_PORTS.envoyMetrics) }];
}

/** What each proxy asks itself: names, istiod, who signs its certificate where istiod does not, and whoever takes its spans. */
export function proxyEgress(config: StackConfig): NetworkPolicyEgressRule[] {
  const spans = tracingProvider(config);
  return [
    { to: [inNamespace(KUBE_SYSTEM, { "k8s-app": "kube-dns" })], ports: [{ port: 53, protocol: "UDP" }, ...tcp(53)] },
    { to: [inNamespace(NAMESPACES.istioSystem, { app: "istiod" })], ports: tcp(ISTIO_PORTS.xds) },
    ...(certifiesWorkloads(config) ? [CERTIFICATE_SIGNER] : []),
    ...(spans === undefined ? [] : [toHost(spans.service, spans.port)]),
  ];
}
