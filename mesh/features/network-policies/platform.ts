import type { NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { named } from "../../kubernetes/make.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import { inNamespace, network, tcp } from "../../kubernetes/network-peers.ts";
import type { HelmRelease, NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { StackData } from "../../stack/stack.ts";
import { callingServices, encryptedPort, plainPort, podPorts } from "../gateways/internal/callers.ts";
import { gatewayReleases } from "../gateways/releases.ts";
import { policy } from "./policy.ts";

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
  // Prometheus; and Kiali.
  const metrics = (...ports: number[]) => ({ from: [inNamespace(NAMESPACES.observability)], ports: tcp(...ports) });
  return [
    policy(named("istiod", NAMESPACES.istioSystem), { app: "istiod" }, [
      // Sidecars of every namespace; and the API server, whose address is that of no pod.
      { ports: tcp(ISTIO_PORTS.xds, ISTIO_PORTS.webhook) },
      metrics(ISTIO_PORTS.istiodMetrics, ISTIOD_DEBUG),
    ]),
    ...gatewayReleases(stack).map((gateway) =>
      policy(named(gateway.name, gateway.namespace), { app: gateway.name }, [
        ...(gateway.name === RELEASES.internalGateway ? internalCallers(stack) : [callersOf(stack, gateway)]),
        metrics(ISTIO_PORTS.metrics, ISTIO_PORTS.envoyMetrics),
      ]),
    ),
  ];
}

function callersOf({ catalog }: StackData, { values }: HelmRelease): NetworkPolicyIngressRule {
  const service = values["service"] as unknown as GatewayService;
  const ports = tcp(...service.ports.map(({ targetPort }) => targetPort), ISTIO_PORTS.gatewayHealth);
  // A load balancer may keep the client's address, so that is anybody's; the others serve this application alone.
  return service.type === "ClusterIP" ? { from: [inNamespace(catalog.namespace)], ports } : { ports };
}

/** The callers of the internal gateway that the configuration names, each on the ports that are for it. */
function internalCallers({ config, catalog }: StackData): NetworkPolicyIngressRule[] {
  const [plain, encrypted] = [plainPort(config), encryptedPort(config)];
  const services = callingServices(config).map((name) => inNamespace(catalog.namespace, { app: name }));
  return [
    ...(services.length === 0 ? [] : [{ from: services, ports: tcp(...podPorts(encrypted)) }]),
    ...config.traffic.internalGateway.callers.clients.map(({ addresses, namespaces }) => ({
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
