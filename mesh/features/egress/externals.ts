import type { Catalog, ExternalServiceSpec } from "../../stack/catalog.ts";

/** Something outside the mesh, with its name in the catalog and the services that call it. */
export interface External {
  readonly name: string;
  readonly spec: ExternalServiceSpec;
  readonly callers: readonly string[];
}

/** Port on which callers ask plainly for what the mesh encrypts. */
export const PLAIN_PORT = 80;

/** Port of the egress gateway. */
export const EGRESS_PORT = 443;

/** Everything outside that the catalog declares. */
export function externalsOf({ externalServices, services }: Catalog): External[] {
  return Object.entries(externalServices).map(([name, spec]) => ({
    name,
    spec,
    callers: Object.keys(services).filter((service) => services[service]?.externalCalls.includes(name) === true),
  }));
}

/** Those that are reached through the egress gateway. */
export function gatewayExternals(catalog: Catalog): External[] {
  return externalsOf(catalog).filter(({ spec }) => spec.egressGateway);
}
