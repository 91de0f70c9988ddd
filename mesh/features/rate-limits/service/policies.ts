import { make } from "../../../kubernetes/make.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import { NAMESPACES, principal, RATE_LIMIT_NAMESPACE, RELEASES } from "../../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, SidecarObject } from "../../../kubernetes/objects.ts";
import { tracingProvider } from "../../observability/telemetry/provider.ts";
import { namespaceOf } from "../../../kubernetes/network-peers.ts";
import type { StackData } from "../../../stack/stack.ts";
import { inRateLimitNamespace, RATE_LIMIT, RATE_LIMIT_PORTS, REDIS, REDIS_PORTS } from "../names.ts";

/**
 * Who may ask whom: the ingress gateway the service, the service Redis, and the pods of Redis each other; nobody else anything. By
 * identity and port alone, so that ztunnel can tell it as a sidecar can.
 */
export function rateLimitPolicies({ config }: StackData): AuthorizationPolicyObject[] {
  const { trustDomain } = config.mesh;
  const account = (name: string, namespace: string = RATE_LIMIT_NAMESPACE) => principal(trustDomain, namespace, name);
  return [
    policy("deny-all", undefined, {}),
    policy(
      `${RATE_LIMIT}-from-ingress-gateway`,
      RATE_LIMIT,
      allow(RATE_LIMIT, [account(RELEASES.ingressGateway, NAMESPACES.ingress)], [RATE_LIMIT_PORTS.grpc]),
    ),
    policy(
      `${REDIS}-from-${RATE_LIMIT}`,
      REDIS,
      allow(REDIS, [account(RATE_LIMIT), account(REDIS)], Object.values(REDIS_PORTS)),
    ),
  ];
}

/** What the proxies of the namespace are told about: each other, and where their spans go. None without sidecars. */
export function rateLimitSidecars(stack: StackData): SidecarObject[] {
  const spans = tracingProvider(stack.config);
  return dataPlaneOf(stack).readsRequestsAt === "waypoint"
    ? []
    : [
        make("Sidecar", inRateLimitNamespace("default", undefined), {
          egress: [
            {
              hosts: ["./*", ...(spans === undefined ? [] : [`${namespaceOf(spans.service) ?? "*"}/${spans.service}`])],
            },
          ],
        }),
      ];
}

function allow(app: string, principals: string[], ports: readonly number[]): AuthorizationPolicyObject["spec"] {
  return {
    selector: { matchLabels: { app } },
    action: "ALLOW",
    rules: [{ from: [{ source: { principals } }], to: [{ operation: { ports: ports.map(String) } }] }],
  };
}

function policy(
  name: string,
  app: string | undefined,
  spec: AuthorizationPolicyObject["spec"],
): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", inRateLimitNamespace(name, app), spec);
}
