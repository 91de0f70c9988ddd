import { type Caller, edgesOf, type Edge } from "../call-graph.ts";
import { MANAGED_BY, serviceLabels } from "../labels.ts";
import { NAMESPACES, principal, RELEASES } from "../names.ts";
import type { AuthorizationPolicyObject } from "../objects.ts";
import type { StackData } from "../stack.ts";

/** Refuses every request in the application's namespace that no other policy allows: an ALLOW policy without rules. */
export function denyAll({ catalog }: StackData): AuthorizationPolicyObject {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "deny-all", namespace: catalog.namespace, labels: MANAGED_BY },
    spec: {},
  };
}

/** One ALLOW policy for each arrow of the call graph, and one a service for health checks through the gateway. */
export function allowPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const arrows = byArrow(edgesOf(stack.catalog)).map((edges) =>
    allow(stack, edges[0].to, `from-${nameOf(edges[0].from)}`, edges),
  );
  const health = Object.entries(stack.catalog.services).map(([name, { probes }]) =>
    allow(stack, name, "health", [
      {
        from: { kind: "ingress" },
        to: name,
        methods: ["GET"],
        paths: [...new Set([probes.liveness, probes.readiness])],
      },
    ]),
  );
  return [...arrows, ...health];
}

type Edges = readonly [Edge, ...Edge[]];

/** The edges of one caller to one service: several routes of the gateway may lead to the same one. */
function byArrow(edges: readonly Edge[]): Edges[] {
  const arrows = new Map<string, [Edge, ...Edge[]]>();
  for (const edge of edges) {
    const key = `${nameOf(edge.from)} -> ${edge.to}`;
    const earlier = arrows.get(key);
    if (earlier === undefined) {
      arrows.set(key, [edge]);
    } else {
      earlier.push(edge);
    }
  }
  return [...arrows.values()];
}

function allow(
  { config, catalog }: StackData,
  service: string,
  suffix: string,
  edges: Edges,
): AuthorizationPolicyObject {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${service}-${suffix}`, namespace: catalog.namespace, labels: serviceLabels(catalog, service) },
    spec: {
      selector: { matchLabels: { app: service } },
      action: "ALLOW",
      rules: edges.map(({ from, methods, paths }) => ({
        from: [{ source: { principals: [principalOf(config.mesh.trustDomain, catalog.namespace, from)] } }],
        to: [{ operation: { ...(methods === undefined ? {} : { methods: [...methods] }), paths: [...paths] } }],
      })),
    },
  };
}

function principalOf(trustDomain: string, namespace: string, caller: Caller): string {
  return caller.kind === "ingress"
    ? principal(trustDomain, NAMESPACES.ingress, RELEASES.ingressGateway)
    : principal(trustDomain, namespace, caller.service);
}

/** How policies name a caller. */
function nameOf(caller: Caller): string {
  return caller.kind === "ingress" ? "ingress-gateway" : caller.service;
}
