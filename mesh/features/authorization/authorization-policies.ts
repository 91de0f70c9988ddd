import { make, named } from "../../kubernetes/make.ts";
import { edgesOf, type Edge } from "../../stack/call-graph.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { nameOf, type Rule, ruleOf } from "./allow-rule.ts";

/** Refuses every request in the application's namespace that no other policy allows: an ALLOW policy without rules. */
export function denyAll({ catalog }: StackData): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", named("deny-all", catalog.namespace), {});
}

/**
 * One ALLOW policy for each arrow of the call graph, and one a service for health checks through the gateway.
 *
 * Methods, paths and tokens only ever open: a rule that refused by method could be passed with the same method in another
 * case (ISTIO-SECURITY-2026-007), one that refused by path with a path that is written otherwise (ISTIO-SECURITY-2021-005),
 * and one that refuses bad tokens lets pass who has none. What is written otherwise here matches no rule, and so is refused.
 */
export function allowPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const arrows = byArrow(edgesOf(stack.catalog)).map((edges) =>
    allow(stack, edges[0].to, `from-${nameOf(edges[0].from)}`, edges),
  );
  const health = Object.keys(stack.catalog.services).map((name) =>
    allow(stack, name, "health", [
      { from: { kind: "ingress" }, to: name, methods: ["GET"], paths: probePaths(stack.catalog, name) },
    ]),
  );
  return [...arrows, ...health, ...plainTextPolicies(stack)];
}

/** Plain text is let in from the networks that a migrating service names, and nothing is known of who sends it. */
function plainTextPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const { migration } = stack.config.security;
  return [...new Set(migration.map(({ service }) => service))].map((service) =>
    policy(stack, service, "plain-text", [
      {
        from: migration
          .filter((entry) => entry.service === service)
          // No certificate: whoever has one is held to the arrows.
          .map(({ plainTextFrom }) => ({ source: { notPrincipals: ["*"], ipBlocks: [...plainTextFrom] } })),
      },
    ]),
  );
}

/** Paths that the kubelet and the gateway's health checks ask. */
export function probePaths(catalog: StackData["catalog"], service: string): string[] {
  const probes = catalog.services[service]?.probes;
  return probes === undefined ? [] : [...new Set([probes.liveness, probes.readiness])];
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

function allow(stack: StackData, service: string, suffix: string, edges: Edges): AuthorizationPolicyObject {
  return policy(
    stack,
    service,
    suffix,
    edges.map((edge) => ruleOf(stack, edge)),
  );
}

function policy({ catalog }: StackData, service: string, suffix: string, rules: Rule[]): AuthorizationPolicyObject {
  return make(
    "AuthorizationPolicy",
    named(`${service}-${suffix}`, catalog.namespace, serviceLabels(catalog, service)),
    { selector: { matchLabels: { app: service } }, action: "ALLOW", rules },
  );
}
