/** What the catalog says of which service may call which, written down a second time: the generators of policies have no part in it. */
import assert from "node:assert/strict";
import type { Catalog } from "../../mesh/stack/catalog.ts";
import type { AccessEdge } from "../../analysis/access/matrix.ts";
import { stackObjects, stackReleases } from "../../mesh/inventory.ts";
import type { StackData } from "../../mesh/stack/stack.ts";
import type { AccessWorld } from "../../analysis/access/access-index.ts";

/** The one gateway through which requests enter. */
export const GATEWAY = "istio-ingressgateway";
/** Not of the catalog: asked by the gateway alone, for its limits. */
const LIMITER = "ratelimit";

export interface Request {
  readonly method: string;
  readonly path: string;
}

export function said(
  catalog: Catalog,
  from: string,
  to: string,
): readonly { methods: readonly string[] | undefined; paths: readonly string[] }[] {
  if (to === LIMITER) {
    return from === GATEWAY ? [{ methods: undefined, paths: ["*"] }] : [];
  }
  const callee = catalog.services[to];
  assert.ok(callee !== undefined);
  if (from !== GATEWAY) {
    return (catalog.services[from]?.calls ?? []).filter((call) => call.to === to);
  }
  const { probes, routes } = callee;
  return [
    { methods: ["GET"], paths: [probes.liveness, probes.readiness] },
    ...routes.flatMap(({ prefix, allow }) => {
      const grants = allow === "none" ? [] : Array.isArray(allow) ? allow : [allow];
      return grants.map(({ methods, paths }) => ({
        methods,
        paths: paths ?? (prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`]),
      }));
    }),
  ];
}

export function isSaid(catalog: Catalog, from: string, to: string, { method, path }: Request): boolean {
  return said(catalog, from, to).some(
    ({ methods, paths }) =>
      (methods === undefined || methods.includes(method)) &&
      paths.some((pattern) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern)),
  );
}

export function meaning(edge: AccessEdge | undefined): readonly [boolean, string[]] {
  assert.ok(edge !== undefined);
  return [edge.allowed, [...new Set(edge.grants.map(({ methods, paths }) => grant(methods, paths)))].toSorted()];
}

export function expected(catalog: Catalog, from: string, to: string): readonly [boolean, string[]] {
  const grants = said(catalog, from, to).map(({ methods, paths }) => grant(methods ?? ["*"], paths));
  return [grants.length > 0, [...new Set(grants)].toSorted()];
}

function grant(methods: readonly string[], paths: readonly string[]): string {
  return `${methods.toSorted().join()} ${[...new Set(paths)].toSorted().join()}`;
}

export const SAMPLES: Request[] = ["GET", "POST", "DELETE", "post"].flatMap((method) =>
  [
    "/",
    "/products",
    "/products/1",
    "/productsx",
    "/cart/1",
    "/health",
    "/users/profile",
    "/api/v1/process-payment",
  ].map((path) => ({ method, path })),
);

/** A stack's objects as the matrix reads them. */
export function worldOf(stack: StackData): AccessWorld {
  return {
    objects: stackObjects(stack, "test"),
    releases: stackReleases(stack, "test"),
    trustDomain: stack.config.mesh.trustDomain,
  };
}
