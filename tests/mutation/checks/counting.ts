import { NAMESPACES, principal, RELEASES } from "../../../mesh/kubernetes/names.ts";
import { installsRateLimitService } from "../../../mesh/features/rate-limits/limits.ts";
import { authorize } from "../../../analysis/authorization/authorize.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { ofKind, reading } from "./check.ts";

const NAMESPACE = "rate-limit";

/** Which client may ask which server on which port; nobody else anybody in the namespace. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "ratelimit 8081": ["gateway"],
  "redis 6379": ["ratelimit", "redis"],
  "redis 26379": ["ratelimit", "redis"],
};

const PORTS = [6379, 8080, 8081, 9090, 26379];

/**
 * Who counts: the gateway alone asks the rate limit service, and that one and Redis itself alone ask Redis, on their ports alone.
 */
export const counting = reading(["AuthorizationPolicy"], (stack, objects) => {
  if (!installsRateLimitService(stack)) {
    return undefined;
  }
  const policies = ofKind(objects, "AuthorizationPolicy");
  const world = { policies, rootNamespace: NAMESPACES.istioSystem, trustDomains: [stack.config.mesh.trustDomain] };
  for (const app of ["ratelimit", "redis", "another"]) {
    const workload = { namespace: NAMESPACE, labels: { app } };
    for (const port of PORTS) {
      for (const { name, identity } of callers(stack)) {
        const expected = ARROWS[`${app} ${port}`]?.includes(name) ?? false;
        const request = { method: "POST", path: "/", port, ...(identity === undefined ? {} : { principal: identity }) };
        if (authorize(world, workload, request).allowed !== expected) {
          return `${name} -> ${app} on port ${port} is ${expected ? "refused" : "allowed"}`;
        }
      }
    }
  }
  return undefined;
});

interface Caller {
  readonly name: string;
  readonly identity?: string;
}

function callers({ catalog, config }: StackData): Caller[] {
  const of = (name: string, namespace: string, account: string): Caller => ({
    name,
    identity: principal(config.mesh.trustDomain, namespace, account),
  });
  return [
    of("gateway", NAMESPACES.ingress, RELEASES.ingressGateway),
    of("another of the gateway's namespace", NAMESPACES.ingress, "another"),
    of("ratelimit", NAMESPACE, "ratelimit"),
    of("redis", NAMESPACE, "redis"),
    of("another of the namespace", NAMESPACE, "another"),
    ...Object.keys(catalog.services).map((name) => of(name, catalog.namespace, name)),
    of("a stranger", "strangers", "stranger"),
    { name: "plain text" },
  ];
}
