import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { gatewayName, NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { IngressGatewayObject } from "../../kubernetes/objects.ts";
import { gatewayTag } from "../control-plane/revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import { certificateHosts, portsNamed } from "../gateways/ingress.ts";
import type { Listener } from "../../kubernetes/gateway-api.ts";

/** Listener for HTTP. */
export const HTTP_LISTENER = "http";

/**
 * The ingress gateway in the words of the Gateway API. Its address is the Service of the gateway's release, so istiod makes no
 * pods for it: those of the release serve it, with their load balancer, autoscaler and budget. It lies beside them, because only
 * there may it name their Secrets.
 */
export function ingressGateway(stack: StackData): IngressGatewayObject {
  const { config, catalog } = stack;
  const tag = gatewayTag(config.mesh, config.mesh.ingressGateway.revisionTag);
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      name: gatewayName(catalog),
      namespace: NAMESPACES.ingress,
      labels: { ...MANAGED_BY, ...(tag === undefined ? {} : { "istio.io/rev": tag }) },
    },
    spec: {
      gatewayClassName: "istio",
      addresses: [{ type: "Hostname", value: `${RELEASES.ingressGateway}.${NAMESPACES.ingress}.svc.cluster.local` }],
      listeners: [...httpListeners(stack), ...httpsListeners(stack)],
    },
  };
}

function httpListeners({ config, catalog }: StackData): Listener[] {
  return portsNamed(config, "http2").map((port) => ({
    name: HTTP_LISTENER,
    port,
    protocol: "HTTP",
    allowedRoutes: fromApplication(catalog),
  }));
}

/** What listens for HTTPS: one for each host and its certificate, or one for plain HTTP where TLS ended before. */
export function httpsListeners({ config, catalog }: StackData): Listener[] {
  const { mode } = config.traffic.tls;
  const allowedRoutes = fromApplication(catalog);
  return portsNamed(config, "https").flatMap((port): Listener[] => {
    if (mode === "none") {
      return [];
    }
    if (mode === "acm") {
      return [{ name: "http-decrypted", port, protocol: "HTTP", allowedRoutes }];
    }
    return certificateHosts(config, catalog)
      .flatMap(({ hosts, credentialName }) => hosts.map((hostname) => ({ hostname, credentialName })))
      .map(({ hostname, credentialName }, index) => ({
        name: index === 0 ? "https" : `https-${index + 1}`,
        port,
        protocol: "HTTPS",
        hostname,
        tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: credentialName }] },
        allowedRoutes,
      }));
  });
}

/** Routes of the application's namespace, and of no other. */
function fromApplication({ namespace }: StackData["catalog"]): Listener["allowedRoutes"] {
  const matchLabels = { "kubernetes.io/metadata.name": namespace };
  return { namespaces: { from: "Selector", selector: { matchLabels } } };
}
