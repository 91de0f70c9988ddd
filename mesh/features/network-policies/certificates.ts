import type { NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { named } from "../../kubernetes/make.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import { inNamespace, tcp } from "../../kubernetes/network-peers.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { certifiesWorkloads, installsCertManager, usesPrivateCa } from "../certificates/uses.ts";
import { policy } from "./policy.ts";

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
  const guard = (
    name: string,
    labels: Readonly<Record<string, string>>,
    metricsPort: number,
    ...others: NetworkPolicyIngressRule[]
  ) => {
    const metrics = { from: [inNamespace(NAMESPACES.observability)], ports: tcp(metricsPort) };
    return policy(named(name, NAMESPACES.certManager), labels, [...others, metrics]);
  };
  const instance = (component: string) => ({
    "app.kubernetes.io/instance": RELEASES.certManager,
    "app.kubernetes.io/component": component,
  });
  const { privateCaIssuer, istioCsr } = RELEASES;
  return [
    ...(installsCertManager(config)
      ? [
          guard("cert-manager", instance("controller"), PORTS.metrics),
          guard("cert-manager-cainjector", instance("cainjector"), PORTS.metrics),
          // The API server's address is that of no pod.
          guard("cert-manager-webhook", instance("webhook"), PORTS.metrics, { ports: tcp(PORTS.webhook) }),
        ]
      : []),
    ...(usesPrivateCa(config)
      ? [guard(privateCaIssuer, { "app.kubernetes.io/name": privateCaIssuer }, PORTS.privateCaMetrics)]
      : []),
    // Every proxy asks for its certificate itself, wherever it runs.
    ...(certifiesWorkloads(config)
      ? [
          guard(istioCsr, { app: istioCsr }, PORTS.metrics, {
            from: [{ namespaceSelector: {} }],
            ports: tcp(PORTS.csr),
          }),
        ]
      : []),
  ];
}

/** Pods and port that sidecars ask for their certificates, where that is not istiod. */
export const CERTIFICATE_SIGNER = {
  to: [inNamespace(NAMESPACES.certManager, { app: RELEASES.istioCsr })],
  ports: tcp(PORTS.csr),
};
