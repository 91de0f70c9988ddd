import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { certifiesWorkloads } from "../certificates/uses.ts";
import { NAMESPACES, KUBE_SYSTEM } from "../../kubernetes/names.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";
import type { StackData } from "../../stack/stack.ts";
import { CERTIFICATE_SIGNER } from "./certificates.ts";
import { inNamespace, namespaceOf, network, tcp, toHost } from "../../kubernetes/network-peers.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";

/** What each pod of the mesh takes for its proxy: who reads metrics. */
export function proxyIngress(stack: StackData): NetworkPolicyIngressRule[] {
  return [{ from: scrapers(stack), ports: tcp(ISTIO_PORTS.metrics, ISTIO_PORTS.envoyMetrics) }];
}

/** What each proxy asks itself: names, istiod, who signs its certificate where istiod does not, and whoever takes its spans. */
export function proxyEgress({ config }: StackData): NetworkPolicyEgressRule[] {
  const spans = tracingProvider(config);
  return [
    {
      to: [inNamespace(KUBE_SYSTEM, { "k8s-app": "kube-dns" })],
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    },
    { to: [inNamespace(NAMESPACES.istioSystem, { app: "istiod" })], ports: tcp(ISTIO_PORTS.xds) },
    ...(certifiesWorkloads(config) ? [{ to: [CERTIFICATE_SIGNER.peer], ports: tcp(CERTIFICATE_SIGNER.port) }] : []),
    ...(spans === undefined ? [] : [toHost(spans.service, spans.port)]),
  ];
}

/** Who reads metrics: this stack's Prometheus, or the one whose address is given, wherever that runs. */
function scrapers({ config }: StackData): NonNullable<NetworkPolicyIngressRule["from"]> {
  const { address } = config.observability.prometheus;
  const namespace = address === undefined ? NAMESPACES.observability : namespaceOf(new URL(address).hostname);
  return [namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace)];
}
