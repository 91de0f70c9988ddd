import type { NetworkPolicyIngressRule } from "kubernetes-types/networking/v1.d.ts";
import { named } from "../../kubernetes/make.ts";
import { RATE_LIMIT_NAMESPACE } from "../../kubernetes/names.ts";
import { network, pods, tcp } from "../../kubernetes/network-peers.ts";
import type { NetworkPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { RATE_LIMIT, RATE_LIMIT_PORTS, REDIS, REDIS_PORTS } from "../rate-limits/names.ts";
import { gatewayPods } from "./callers.ts";
import { policy } from "./policy.ts";
import { proxyEgress, proxyIngress } from "./proxies.ts";

/** The same arrows below the mesh, in and out: gateway to service to Redis, and what each proxy needs itself. */
export function rateLimitNetworkPolicies(stack: StackData): NetworkPolicyObject[] {
  const { config } = stack;
  if (!config.security.networkPolicies) {
    return [];
  }
  const { tunnel } = dataPlaneOf(stack);
  const through = (...ports: number[]) => tcp(...(tunnel === undefined ? ports : [tunnel.port]));
  const redis = through(...Object.values(REDIS_PORTS));
  const probes: NetworkPolicyIngressRule[] = tunnel === undefined ? [] : [{ from: [network(tunnel.probes)] }];
  const own = (name: string) => named(name, RATE_LIMIT_NAMESPACE);
  const toRedis = [{ to: [pods(REDIS)], ports: redis }];
  const fromGateway = [{ from: [gatewayPods("ingress")], ports: through(RATE_LIMIT_PORTS.grpc) }];
  return [
    policy(own("deny-all"), {}, [], []),
    policy(own("proxies"), {}, [...proxyIngress(config), ...probes], proxyEgress(config)),
    policy(own(RATE_LIMIT), { app: RATE_LIMIT }, fromGateway, toRedis),
    policy(own(REDIS), { app: REDIS }, [{ from: [pods(RATE_LIMIT), pods(REDIS)], ports: redis }], toRedis),
  ];
}
