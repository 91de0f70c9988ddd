import type { Catalog } from "../config/schema/catalog.ts";
import { servedPrefix } from "./traffic/rewrites.ts";

/** Somebody who may call a service: another service, or the ingress gateway. */
export type Caller = { readonly kind: "service"; readonly service: string } | { readonly kind: "ingress" };

/** One arrow of the call graph. Said once in the catalog; routes, policies and demo traffic follow from it. */
export interface Edge {
  readonly from: Caller;
  /** The service that is called. */
  readonly to: string;
  /** HTTP methods; undefined allows every one. */
  readonly methods?: readonly string[];
  /** Paths, exact or with `*` at the end. */
  readonly paths: readonly string[];
}

/** Every arrow, in the order of the catalog: first those from services, then those from the gateway. */
export function edgesOf(catalog: Catalog): Edge[] {
  return [...serviceEdges(catalog), ...ingressEdges(catalog)];
}

function serviceEdges(catalog: Catalog): Edge[] {
  return Object.entries(catalog.services).flatMap(([service, { calls }]) =>
    calls.map((call) => ({
      from: { kind: "service", service },
      to: call.to,
      methods: call.methods,
      paths: call.paths,
    })),
  );
}

function ingressEdges(catalog: Catalog): Edge[] {
  return Object.entries(catalog.services).flatMap(([service, { routes }]) =>
    routes.flatMap((route) =>
      route.allow === "none"
        ? []
        : [
            {
              from: { kind: "ingress" as const },
              to: service,
              ...(route.allow.methods === undefined ? {} : { methods: route.allow.methods }),
              paths: route.allow.paths ?? pathsBelow(servedPrefix(route)),
            },
          ],
    ),
  );
}

/** The prefix itself and all that lies below it; `/products` does not mean `/products-internal`. */
export function pathsBelow(prefix: string): string[] {
  return prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`];
}
