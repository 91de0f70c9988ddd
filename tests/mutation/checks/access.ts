import { NAMESPACES } from "../../../mesh/kubernetes/names.ts";
import type { AuthorizationPolicyObject } from "../../../mesh/kubernetes/objects.ts";
import { authorize, type AuthorizationWorld } from "../../../analysis/authorization/authorize.ts";
import type { Claims, InboundRequest } from "../../../analysis/authorization/request.ts";
import { policiesFor } from "../../../analysis/authorization/select.ts";
import type { StackData } from "../../../mesh/stack/stack.ts";
import { type Caller, callersOf, type Permission, permissionsOf } from "./callers.ts";
import { type Check, numberedObjects, ofKind } from "./check.ts";
import { meets, tokensFor } from "./tokens-of.ts";

/** A method that no permission names. */
const ANY_METHOD = "TRACE";

/** A host that no permission names. */
const ANY_HOST = "shop.example";

/** Every ordered pair, many requests each: allowed exactly when the catalog says so, and the authorizer asked where it says so. */
export const access: Check = (stack, objects) => {
  const policies = ofKind(objects, "AuthorizationPolicy");
  const known = answers.get(stack) ?? new Map<string, string | undefined>();
  answers.set(stack, known);
  for (const to of Object.keys(stack.catalog.services)) {
    const workload = { namespace: stack.catalog.namespace, labels: { app: to } };
    const { custom, deny, allow } = policiesFor(policies, workload, NAMESPACES.istioSystem);
    const holding = [...custom, ...deny, ...allow];
    const key = `${to} ${nameOf(holding)}`;
    if (!known.has(key)) {
      known.set(key, wrongRequest(stack, to, holding));
    }
    const found = known.get(key);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
};

/** What was found of a service under the same policies: a mutant changes those of one or of all. */
const answers = new WeakMap<StackData, Map<string, string | undefined>>();
const nameOf = numberedObjects();

function wrongRequest(
  stack: StackData,
  to: string,
  policies: readonly AuthorizationPolicyObject[],
): string | undefined {
  const world: AuthorizationWorld = {
    policies,
    rootNamespace: NAMESPACES.istioSystem,
    trustDomains: [stack.config.mesh.trustDomain],
  };
  const workload = { namespace: stack.catalog.namespace, labels: { app: to } };
  const granted = callersOf(stack)
    .filter(({ service }) => service !== to)
    .map((caller) => ({ caller, permissions: permissionsOf(stack, caller, to) }));
  const own = granted.flatMap(({ permissions }) => permissions);
  for (const request of requestsTo(stack, to, everyPermission(stack), own)) {
    for (const { caller, permissions } of granted) {
      const decision = authorize(world, workload, { ...request, ...identityOf(caller) });
      const expected = permissions.some((permission) => permits(permission, request));
      if (decision.allowed !== expected) {
        return `${caller.name} -> ${to}: ${JSON.stringify(request)} is ${expected ? "refused" : "allowed"}`;
      }
      if (decision.asks.length > 0 !== isAsked(stack, to, request.path)) {
        return `${to}: the authorizer is ${decision.asks.length > 0 ? "asked" : "not asked"} about ${request.path}`;
      }
    }
  }
  return undefined;
}

function identityOf({ principal, network }: Caller): Partial<InboundRequest> {
  return {
    ...(principal === undefined ? {} : { principal }),
    sourceIp: network?.split("/")[0] ?? "203.0.113.9",
  };
}

type Request = InboundRequest & { readonly host: string; readonly port: number };

/** Everybody's permissions for every service. */
function everyPermission(stack: StackData): Permission[] {
  return Object.keys(stack.catalog.services).flatMap((to) =>
    callersOf(stack).flatMap((caller) => permissionsOf(stack, caller, to)),
  );
}

/** Requests to a service: around every path, method and host that anybody knows, on every port, with tokens where it asks for some. */
function* requestsTo(
  { catalog }: StackData,
  to: string,
  known: readonly Permission[],
  own: readonly Permission[],
): Generator<Request> {
  const hosts = new Set([ANY_HOST, ...known.flatMap((permission) => permission.hosts ?? [])]);
  const ports = new Set(
    Object.values(catalog.services).flatMap(({ port, extraPorts }) => [port, ...Object.values(extraPorts)]),
  );
  const methods = new Set([ANY_METHOD, "GET", ...known.flatMap((permission) => permission.methods ?? [])]);
  const issuers = catalog.services[to]?.jwt?.rules.map(({ issuer }) => issuer) ?? [];
  const tokens = tokensFor(
    own.flatMap(({ token }) => token ?? []),
    issuers,
  );
  // Hosts and tokens stand in rules of their own: each is varied without the other.
  const variants = [
    ...[...hosts].map((host) => ({ host })),
    ...tokens.flatMap((claims) => (claims === undefined ? [] : [{ host: ANY_HOST, claims }])),
  ];
  for (const path of pathsAround(known)) {
    for (const method of methods) {
      for (const port of ports) {
        for (const variant of variants) {
          yield { method, path, port, ...variant };
        }
      }
    }
  }
}

function permits(permission: Permission, request: Request & { readonly claims?: Claims }): boolean {
  const { methods, paths, ports, hosts, token } = permission;
  return (
    (methods === undefined || methods.includes(request.method)) &&
    paths.some((pattern) => takes(pattern, request.path)) &&
    (ports === undefined || ports.includes(request.port)) &&
    (hosts === undefined || hosts.includes(request.host)) &&
    meets(token, request.claims)
  );
}

function takes(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function isAsked({ config, catalog }: StackData, to: string, path: string): boolean {
  const { services = [], paths } = config.security.externalAuthorization ?? {};
  const { liveness, readiness } = catalog.services[to]?.probes ?? {};
  return services.includes(to) && (paths?.includes(path) ?? ![liveness, readiness].includes(path));
}

/** Paths around those that anybody may ask for: on, below and just beside each. */
function pathsAround(permissions: readonly Permission[]): Set<string> {
  const known = permissions.flatMap(({ paths }) => paths.map((path) => path.replace(/\*$/, "")));
  return new Set(["/", "/elsewhere", ...known, ...known.map((path) => `${path}x`)]);
}
