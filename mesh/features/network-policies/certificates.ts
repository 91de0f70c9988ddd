import { make, named } from "../../kubernetes/make.ts";
import type { NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { certifiesWorkloads, installsCertManager, usesPrivateCa } from "../certificates/uses.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { inNamespace, tcp } from "../../kubernetes/network-peers.ts";

/** Ports of the pods. Source: charts cert-manager 1.21.1, aws-privateca-issuer 1.9.0 and istio-csr 0.17.0. */
const PORTS = { webhook: 10250, metrics: 9402, privateCaMetrics: 8080, csr: 6443 } as const;

/**
 * Who reaches what issues certificates. Its way out is not limited here: to the API server, which no policy can name, to AWS, to the
 * ACME authority, and to the name servers of the world, which it asks whether a challenge is out.
 */
export function certificateNetworkPolicies({ config }: StackData): NetworkPolicyObject[] {
  if (!config.security.networkPolicies) {
    return [];
  }
  const metrics = (port: number): NetworkPolicyIngressRule => ({
    from: [inNamespace(NAMESPACES.observability)],
    ports: tcp(port),
  });
  const instance = (component: string) => ({
    "app.kubernetes.io/instance": RELEASES.certManager,
    "app.kubernetes.io/component": component,
  });
  return [
    ...(installsCertManager(config)
      ? [
          policy("cert-manager", instance("controller"), [metrics(PORTS.metrics)]),
          policy("cert-manager-cainjector", instance("cainjector"), [metrics(PORTS.metrics)]),
          // The API server's address is that of no pod.
          policy("cert-manager-webhook", instance("webhook"), [{ ports: tcp(PORTS.webhook) }, metrics(PORTS.metrics)]),
        ]
      : []),
    ...(usesPrivateCa(config)
      ? [
          policy(RELEASES.privateCaIssuer, { "app.kubernetes.io/name": RELEASES.privateCaIssuer }, [
            metrics(PORTS.privateCaMetrics),
          ]),
        ]
      : []),
    ...(certifiesWorkloads(config)
      ? [
          // Every proxy asks for its certificate itself, wherever it runs.
          policy(RELEASES.istioCsr, { app: RELEASES.istioCsr }, [
            { from: [{ namespaceSelector: {} }], ports: tcp(PORTS.csr) },
            metrics(PORTS.metrics),
          ]),
        ]
      : []),
  ];
}

/** Pods and port that sidecars ask for their certificates, where that is not istiod. */
export const CERTIFICATE_SIGNER = {
  peer: inNamespace(NAMESPACES.certManager, { app: RELEASES.istioCsr }),
  port: PORTS.csr,
} as const;

function policy(
  name: string,
  matchLabels: Readonly<Record<string, string>>,
  ingress: NetworkPolicyIngressRule[],
): NetworkPolicyObject {
  return make("NetworkPolicy", named(name, NAMESPACES.certManager), {
    podSelector: { matchLabels: { ...matchLabels } },
    policyTypes: ["Ingress"],
    ingress,
  });
}
