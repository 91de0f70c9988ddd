import { make } from "../../../kubernetes/make.ts";
import { NAMESPACES, principal, RATE_LIMIT_NAMESPACE, RELEASES } from "../../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, SidecarObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import { spanHosts } from "../../workloads/sidecars.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS, REDIS, REDIS_PORTS } from "../names.ts";

/**
 * The ingress gateway may ask the service, the service Redis, and the pods of Redis each other; nobody else anything. By identity and
 * port alone, so that ztunnel can tell it as a sidecar can.
 */
export function rateLimitPolicies({ config }: StackData): AuthorizationPolicyObject[] {
  const account = (name: string, namespace: string = RATE_LIMIT_NAMESPACE) =>
    principal(config.mesh.trustDomain, namespace, name);
  const allow = (app: string, from: string, principals: string[], ports: readonly number[]) =>
    make("AuthorizationPolicy", inRateLimitNamespace(`${app}-from-${from}`, app), {
      selector: { matchLabels: { app } },
      action: "ALLOW",
      rules: [{ from: [{ source: { principals } }], to: [{ operation: { ports: ports.map(String) } }] }],
    });
  const gateway = account(RELEASES.ingressGateway, NAMESPACES.ingress);
  return [
    make("AuthorizationPolicy", inRateLimitNamespace("deny-all"), {}),
    allow(RATE_LIMIT, "ingress-gateway", [gateway], [RATE_LIMIT_PORTS.grpc]),
    allow(REDIS, RATE_LIMIT, [account(RATE_LIMIT), account(REDIS)], Object.values(REDIS_PORTS)),
  ];
}

/** What the proxies of the namespace are told about: each other, and where their spans go. None without sidecars. */
export function rateLimitSidecars(stack: StackData): SidecarObject[] {
  const egress = [{ hosts: ["./*", ...spanHosts(stack.config)] }];
  return dataPlaneOf(stack).readsRequestsAt === "waypoint"
    ? []
    : [make("Sidecar", inRateLimitNamespace("default"), { egress })];
}
