import { make, named } from "../../kubernetes/make.ts";
import type { NetworkPolicyIngressRule, NetworkPolicyPort } from "kubernetes-types/networking/v1.d.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease, NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { gatewayReleases } from "../gateways/releases.ts";
import type { StackData } from "../../stack/stack.ts";
import { callingServices, encryptedPort, plainPort, podPorts } from "../gateways/internal/callers.ts";
import { inNamespace, network, tcp } from "../../kubernetes/network-peers.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";

/** Port on which istiod answers Kiali's questions about the state of the proxies. */
const ISTIOD_DEBUG = 8080;

/**
 * Who reaches the control plane and the gateways. Their way out is not limited here: istiod calls the API server and the
 * issuers of tokens, the egress gateway the world, and no policy can name the API server.
 */
export function platformNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  if (!stack.config.security.networkPolicies) {
    return [];
  }
  return [
    policy(NAMESPACES.istioSystem, "istiod", [
      // Sidecars of every namespace; and the API server, whose address is that of no pod.
      { ports: tcp(ISTIO_PORTS.xds, ISTIO_PORTS.webhook) },
      // Prometheus; and Kiali.
      { from: [inNamespace(NAMESPACES.observability)], ports: tcp(ISTIO_PORTS.istiodMetrics, ISTIOD_DEBUG) },
    ]),
    ...gatewayReleases(stack).map((gateway) => gatewayPolicy(stack, gateway)),
  ];
}

function gatewayPolicy(stack: StackData, { name, namespace, values }: HelmRelease): NetworkPolicyObject {
  const service = values["service"] as unknown as GatewayService;
  const ports = tcp(...service.ports.map(({ targetPort }) => targetPort), ISTIO_PORTS.gatewayHealth);
  return policy(namespace, name, [
    ...(name === RELEASES.internalGateway ? internalCallers(stack) : [callersOf(stack, service, ports)]),
    { from: [inNamespace(NAMESPACES.observability)], ports: tcp(ISTIO_PORTS.metrics, ISTIO_PORTS.envoyMetrics) },
  ]);
}

function callersOf({ catalog }: StackData, { type }: GatewayService, ports: NetworkPolicyPort[]) {
  // A load balancer may keep the client's address, so that is anybody's; the others serve this application alone.
  return type === "ClusterIP" ? { from: [inNamespace(catalog.namespace)], ports } : { ports };
}

/** Whom the configuration names, each on the ports that are for it. */
function internalCallers({ config, catalog }: StackData): NetworkPolicyIngressRule[] {
  const [plain, encrypted] = [plainPort(config), encryptedPort(config)];
  const { clients } = config.traffic.internalGateway.callers;
  const services = callingServices(config);
  return [
    ...(services.length === 0
      ? []
      : [
          {
            from: services.map((name) => inNamespace(catalog.namespace, { app: name })),
            ports: tcp(...podPorts(encrypted)),
          },
        ]),
    ...clients.map(({ addresses, namespaces }) => ({
      from: namespaces?.map((name) => inNamespace(name)) ?? addresses.map((address) => network(address)),
      ports: tcp(...podPorts(plain, encrypted)),
    })),
  ];
}

/** What a gateway's chart is told of its Service. */
interface GatewayService {
  readonly type: string;
  readonly ports: readonly { readonly targetPort: number }[];
}

function policy(namespace: string, app: string, ingress: NetworkPolicyIngressRule[]): NetworkPolicyObject {
  return make("NetworkPolicy", named(app, namespace), {
    podSelector: { matchLabels: { app } },
    policyTypes: ["Ingress"],
    ingress,
  });
}
