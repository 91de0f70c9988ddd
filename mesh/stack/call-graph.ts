import type { Catalog, GatewayKind, RouteSpec } from "./catalog.ts";
import type { AccessSpec, GrantSpec, TokenDemand, TokenSpec } from "../features/authorization/schema/access.ts";
import { routesAt, servedPrefix, passthroughsOf } from "./routes.ts";

/** Somebody who may call a service: another service, a gateway, or a caller that is in no catalog. */
export type Caller =
  | { readonly kind: "service"; readonly service: string }
  | { readonly kind: GatewayKind }
  | { readonly kind: "external"; readonly name: string; readonly from: AccessSpec["from"] };

/** One arrow of the call graph. Said once in the catalog; routes, policies and demo traffic follow from it. */
export interface CallEdge {
  readonly from: Caller;
  /** The service that is called. */
  readonly to: string;
  /** HTTP methods; undefined allows every one. */
  readonly methods?: readonly string[];
  /** Paths, exact or with `*` at the end. Undefined: connections, in which nobody sees requests. */
  readonly paths?: readonly string[];
  /** Port of the pod; undefined: the service's own. */
  readonly port?: number;
  /** Hosts; undefined allows every one. */
  readonly hosts?: readonly string[];
  /** What the end user's token must say; undefined asks for none. */
  readonly token?: TokenSpec;
}

/** Every arrow, in the order of the catalog: those from services, from the gateways, and from outside of the catalog. */
export function edgesOf(catalog: Catalog): CallEdge[] {
  return [
    ...serviceEdges(catalog),
    ...gatewayEdges(catalog, "ingress"),
    ...passthroughEdges(catalog),
    ...gatewayEdges(catalog, "internal"),
    ...externalEdges(catalog),
  ];
}

function serviceEdges(catalog: Catalog): CallEdge[] {
  return Object.entries(catalog.services).flatMap(([service, { calls }]) =>
    calls.map((call) => ({
      from: { kind: "service" as const, service },
      to: call.to,
      methods: call.methods,
      paths: call.paths,
      ...demanded(call.token, undefined),
    })),
  );
}

function gatewayEdges(catalog: Catalog, gateway: GatewayKind): CallEdge[] {
  return Object.entries(catalog.services).flatMap(([service, { routes, jwt }]) =>
    routesAt(routes, gateway).flatMap((route) =>
      grantsOf(route).map(({ methods, paths, token }) => ({
        from: { kind: gateway },
        to: service,
        ...(methods === undefined ? {} : { methods }),
        paths: paths ?? pathsBelow(servedPrefix(route)),
        ...demanded(token, jwt?.required === true ? ANY_TOKEN : undefined),
      })),
    ),
  );
}

function passthroughEdges(catalog: Catalog): CallEdge[] {
  return passthroughsOf(catalog).map(({ service, spec: { port } }) => ({
    from: { kind: "ingress" as const },
    to: service,
    port,
  }));
}

function externalEdges(catalog: Catalog): CallEdge[] {
  return Object.entries(catalog.services).flatMap(([service, { access }]) =>
    Object.entries(access).map(([name, { from, methods, paths, port, hosts, token }]) => ({
      from: { kind: "external" as const, name, from },
      to: service,
      ...(methods === undefined ? {} : { methods }),
      paths,
      ...(port === undefined ? {} : { port }),
      ...(hosts === undefined ? {} : { hosts }),
      ...demanded(token, undefined),
    })),
  );
}

/** What a route opens, one entry a permission. */
export function grantsOf({ allow }: RouteSpec): readonly GrantSpec[] {
  if (allow === "none") {
    return [];
  }
  return Array.isArray(allow) ? allow : [allow];
}

/** Any token that a RequestAuthentication took. */
const ANY_TOKEN: TokenSpec = { claims: {} };

function demanded(token: TokenDemand, otherwise: TokenSpec | undefined): { readonly token?: TokenSpec } {
  const demand = token === "none" ? undefined : (token ?? otherwise);
  return demand === undefined ? {} : { token: demand };
}

/** The prefix itself and all that lies below it; `/products` does not mean `/products-internal`. */
export function pathsBelow(prefix: string): string[] {
  return prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`];
}

/** Port of the pods at which an arrow of the call graph ends. */
export function podPort(catalog: Catalog, { to, port }: CallEdge): number {
  return port ?? catalog.services[to]?.port ?? 0;
}
