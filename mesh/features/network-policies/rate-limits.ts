import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { NetworkPolicyIngressRule, NetworkPolicyPort } from "kubernetes-types/networking/v1.d.ts";
import { NAMESPACES, RATE_LIMIT_NAMESPACE, RELEASES } from "../../kubernetes/names.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import { inNamespace, pods, tcp, network } from "../../kubernetes/network-peers.ts";
import { policy } from "./policy.ts";
import { proxyEgress, proxyIngress } from "./proxies.ts";
import type { StackData } from "../../stack/stack.ts";
import { RATE_LIMIT, RATE_LIMIT_PORTS, REDIS, REDIS_PORTS } from "../rate-limits/names.ts";

/** The same arrows below the mesh, in and out: gateway to service to Redis, and what each proxy needs itself. */
export function rateLimitNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  const { tunnel } = dataPlaneOf(stack);
  const through = (...ports: number[]): NetworkPolicyPort[] => tcp(...(tunnel === undefined ? ports : [tunnel.port]));
  const redis = through(...Object.values(REDIS_PORTS));
  const probes: NetworkPolicyIngressRule[] = tunnel === undefined ? [] : [{ from: [network(tunnel.probes)] }];
  const own = { namespace: RATE_LIMIT_NAMESPACE };
  const gateway = inNamespace(NAMESPACES.ingress, { app: RELEASES.ingressGateway });
  return [
    policy(own, "deny-all", {}, [], []),
    policy(own, "proxies", {}, [...proxyIngress(stack), ...probes], proxyEgress(stack)),
    policy(
      own,
      RATE_LIMIT,
      { app: RATE_LIMIT },
      [{ from: [gateway], ports: through(RATE_LIMIT_PORTS.grpc) }],
      [{ to: [pods(REDIS)], ports: redis }],
    ),
    policy(
      own,
      REDIS,
      { app: REDIS },
      [{ from: [pods(RATE_LIMIT), pods(REDIS)], ports: redis }],
      [{ to: [pods(REDIS)], ports: redis }],
    ),
  ];
}
