import { defined } from "../../kubernetes/defined.ts";
import { make, named, ofService } from "../../kubernetes/make.ts";
import { GATEWAY_RELEASES, NAMESPACES, principal } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../kubernetes/objects.ts";
import { type Caller, type CallEdge, edgesOf } from "../../stack/call-graph.ts";
import type { Catalog } from "../../stack/catalog.ts";
import type { StackData } from "../../stack/stack.ts";

type Rule = NonNullable<AuthorizationPolicyObject["spec"]["rules"]>[number];
type Source = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;

/** Refuses every request in the application's namespace that no other policy allows: an ALLOW policy without rules. */
export function denyAll({ catalog }: StackData): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", named("deny-all", catalog.namespace), {});
}

/**
 * One ALLOW policy for each caller of each service, and one a service for health checks through the gateway.
 *
 * Methods, paths and tokens only ever open: a rule that refused by method could be passed with the same method in another
 * case (ISTIO-SECURITY-2026-007), one that refused by path with a path that is written otherwise (ISTIO-SECURITY-2021-005),
 * and one that refuses bad tokens lets pass who has none. What is written otherwise here matches no rule, and so is refused.
 */
export function allowPolicies(stack: StackData): AuthorizationPolicyObject[] {
  const { catalog } = stack;
  // Several routes of a gateway may lead to the same service.
  const arrows = Map.groupBy(edgesOf(catalog), ({ from, to }) => `${to} ${nameOf(from)}`);
  const calls = [...arrows].map(([arrow, edges]) => {
    const [service = "", caller = ""] = arrow.split(" ");
    const rules = edges.map((edge) => ruleOf(stack, edge));
    return policy(catalog, service, `from-${caller}`, rules);
  });
  const health = Object.keys(catalog.services).map((to) => {
    const probes: CallEdge = { from: { kind: "ingress" }, to, methods: ["GET"], paths: probePaths(catalog, to) };
    return policy(catalog, to, "health", [ruleOf(stack, probes)]);
  });
  return [...calls, ...health, ...plainTextPolicies(stack)];
}

/** Plain text is let in from the networks that a migrating service names, and nothing is known of who sends it. */
function plainTextPolicies({ config, catalog }: StackData): AuthorizationPolicyObject[] {
  return [...Map.groupBy(config.security.migration, ({ service }) => service)].map(([service, entries]) => {
    // No certificate: whoever has one is held to the call graph.
    const from = entries.map(({ plainTextFrom }) => ({ source: withoutCertificate(plainTextFrom) }));
    return policy(catalog, service, "plain-text", [{ from }]);
  });
}

/** Paths that the kubelet and the gateway's health checks ask. */
export function probePaths(catalog: Catalog, service: string): string[] {
  const probes = catalog.services[service]?.probes;
  return probes === undefined ? [] : [...new Set([probes.liveness, probes.readiness])];
}

/** What an arrow allows: who calls, what is asked, and what the user's token must state. */
function ruleOf(stack: StackData, edge: CallEdge): Rule {
  const { from, methods, paths, hosts, token } = edge;
  const when = Object.entries(token?.claims ?? {}).map(([claim, values]) => ({
    key: `request.auth.claims[${claim.replaceAll(".", "][")}]`,
    values: [...values],
  }));
  const requestPrincipals = token === undefined ? undefined : (token.principals ?? ["*"]);
  return {
    from: [{ source: { ...sourceOf(stack, from), ...defined({ requestPrincipals }) } }],
    to: [{ operation: defined({ hosts, methods, paths, ports: portsOf(stack.catalog, edge) }) }],
    ...(when.length === 0 ? {} : { when }),
  };
}

/** Where a service has several ports, each arrow leads to one of them. */
function portsOf(catalog: Catalog, { to, port }: CallEdge): string[] | undefined {
  const service = catalog.services[to];
  return service === undefined || Object.keys(service.extraPorts).length === 0
    ? undefined
    : [String(port ?? service.port)];
}

function sourceOf({ config, catalog }: StackData, caller: Caller): Source {
  const { trustDomain } = config.mesh;
  switch (caller.kind) {
    case "ingress":
    case "internal":
      return { principals: [principal(trustDomain, NAMESPACES.ingress, GATEWAY_RELEASES[caller.kind])] };
    case "service":
      return { principals: [principal(trustDomain, catalog.namespace, caller.service)] };
    case "external": {
      const { principals, namespaces, addresses } = caller.from;
      return {
        ...defined({ principals, namespaces }),
        ...(addresses === undefined ? {} : withoutCertificate(addresses)),
      };
    }
  }
}

/** Callers at these addresses without a certificate; who has one is held to the identity in it. */
function withoutCertificate(addresses: readonly string[]): Source {
  return { notPrincipals: ["*"], ipBlocks: [...addresses] };
}

/** How policies name a caller. */
function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case "ingress":
    case "internal":
      return `${caller.kind}-gateway`;
    case "service":
      return caller.service;
    case "external":
      return caller.name;
  }
}

function policy(catalog: Catalog, service: string, suffix: string, rules: Rule[]): AuthorizationPolicyObject {
  return make("AuthorizationPolicy", ofService(catalog, service, `${service}-${suffix}`), {
    selector: { matchLabels: { app: service } },
    action: "ALLOW",
    rules,
  });
}
