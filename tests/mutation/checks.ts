import { judge } from "../../model/policy/index.ts";
import type { PolicyResource } from "../../model/policy/rule.ts";
import { EGRESS_SELECTOR, NAMESPACES, principal, RELEASES } from "../../model/names.ts";
import type { AuthorizationPolicyObject, KubernetesObject } from "../../model/objects.ts";
import { authorize } from "../../model/security/evaluate/authorize.ts";
import type { StackData } from "../../model/stack.ts";

/** Looks at a stack's objects; gives what is wrong with them, or undefined. No check knows the recorded graphs. */
export type Check = (stack: StackData, objects: readonly KubernetesObject[]) => string | undefined;

/** The mandatory rules of the policy pack. */
export const policyPack: Check = (_, objects) => {
  const installed: PolicyResource = {
    type: "kubernetes:helm.sh/v3:Release",
    urn: RELEASES.istiod,
    name: RELEASES.istiod,
    props: { chart: "istiod" },
  };
  const resources = objects.map(({ apiVersion, kind, metadata, ...rest }) => ({
    type: `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`,
    urn: `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
    name: metadata.name,
    props: { metadata, ...rest },
  }));
  const found = judge([installed, ...resources]).find(({ rule }) => rule.level === "mandatory");
  return found && `rule ${found.rule.name}: ${found.message}`;
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

interface Permission {
  readonly methods?: readonly string[] | undefined;
  readonly paths: readonly string[];
}

/** What the catalog lets a caller ask of a service: read from the catalog itself, not from what generates the policies. */
function permissions({ catalog }: StackData, caller: string | undefined, to: string): Permission[] {
  const callee = catalog.services[to];
  if (callee === undefined) {
    return [];
  }
  if (caller !== RELEASES.ingressGateway) {
    return (catalog.services[caller ?? ""]?.calls ?? []).filter((call) => call.to === to);
  }
  const { liveness, readiness } = callee.probes;
  return [
    { methods: ["GET"], paths: [liveness, readiness] },
    ...callee.routes.flatMap(({ prefix, allow }) =>
      [allow]
        .flat()
        .flatMap((grant) =>
          grant === "none"
            ? []
            : [{ methods: grant.methods, paths: grant.paths ?? (prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`]) }],
        ),
    ),
  ];
}

function permits({ methods, paths }: Permission, method: string, path: string): boolean {
  return (
    (methods === undefined || methods.includes(method)) &&
    paths.some((pattern) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern))
  );
}

/** Paths around all that anybody may ask of any service: on, below and just beside each. */
function pathsAround(stack: StackData): string[] {
  const names = Object.keys(stack.catalog.services);
  const known = [RELEASES.ingressGateway, ...names]
    .flatMap((caller) => names.flatMap((to) => permissions(stack, caller, to)))
    .flatMap(({ paths }) => paths.map((path) => path.replace(/\*$/, "")));
  return [...new Set(["/", "/elsewhere", ...known, ...known.map((path) => `${path}x`)])];
}

function worldOf({ config }: StackData, objects: readonly KubernetesObject[]) {
  return {
    policies: objects.filter((object): object is AuthorizationPolicyObject => object.kind === "AuthorizationPolicy"),
    rootNamespace: NAMESPACES.istioSystem,
    trustDomains: [config.mesh.trustDomain],
  };
}

/** Every ordered pair, many requests each: allowed exactly when the catalog says so. */
export const access: Check = (stack, objects) => {
  const { catalog, config } = stack;
  const world = worldOf(stack, objects);
  const { trustDomain } = config.mesh;
  const callers: (readonly [string | undefined, string | undefined])[] = [
    [RELEASES.ingressGateway, principal(trustDomain, NAMESPACES.ingress, RELEASES.ingressGateway)],
    ...Object.keys(catalog.services).map((name) => [name, principal(trustDomain, catalog.namespace, name)] as const),
    ["a stranger", principal(trustDomain, "strangers", "stranger")],
    [undefined, undefined],
  ];
  const paths = pathsAround(stack);
  for (const [to, { port }] of Object.entries(catalog.services)) {
    const workload = { namespace: catalog.namespace, labels: { app: to } };
    for (const path of paths) {
      for (const [caller, identity] of callers.filter(([name]) => name !== to)) {
        const granted = permissions(stack, caller, to);
        for (const method of METHODS) {
          const request = { method, path, port, ...(identity === undefined ? {} : { principal: identity }) };
          const expected = granted.some((permission) => permits(permission, method, path));
          if (authorize(world, workload, request).allowed !== expected) {
            return `${caller ?? "plain text"} -> ${to}: ${method} ${path} is ${expected ? "refused" : "allowed"}`;
          }
        }
      }
    }
  }
  return undefined;
};

/** Every service at the egress gateway, for every external service that is reached by it: let out exactly when the catalog says so. */
export const egress: Check = (stack, objects) => {
  const { catalog, config } = stack;
  const world = worldOf(stack, objects);
  const gateway = { namespace: NAMESPACES.egress, labels: EGRESS_SELECTOR };
  const throughGateway = Object.entries(catalog.externalServices).filter(([, { egressGateway }]) => egressGateway);
  // Also on the day when the last caller gives its permission back.
  const closed = { ...world, policies: world.policies.filter(({ spec }) => spec.rules === undefined) };
  if (throughGateway.length > 0 && authorize(closed, gateway, { method: "GET", path: "/" }).allowed) {
    return "the egress gateway is open to whoever no policy names";
  }
  for (const [external, { host }] of throughGateway) {
    for (const [caller, { externalCalls }] of Object.entries(catalog.services)) {
      const identity = principal(config.mesh.trustDomain, catalog.namespace, caller);
      const request = { method: "GET", path: "/", principal: identity };
      const expected = externalCalls.includes(external);
      if (authorize(world, gateway, { ...request, host, sni: host }).allowed !== expected) {
        return `${caller} -> ${host}: ${expected ? "refused" : "let out"}`;
      }
      for (const other of [
        { host: "elsewhere.example", sni: host },
        { host, sni: "elsewhere.example" },
      ]) {
        if (authorize(world, gateway, { ...request, ...other }).allowed) {
          return `${caller} is let out to ${other.host} under the name ${other.sni}`;
        }
      }
    }
  }
  return undefined;
};

/** What must notice a mutant. */
export const CHECKS: Readonly<Record<string, Check>> = { "policy pack": policyPack, access, egress };

/** Name of the first check that notices, and what it says; undefined: the mutant survives. */
export function killerOf(stack: StackData, objects: readonly KubernetesObject[]): string | undefined {
  for (const [name, check] of Object.entries(CHECKS)) {
    const found = check(stack, objects);
    if (found !== undefined) {
      return `${name}: ${found}`;
    }
  }
  return undefined;
}
