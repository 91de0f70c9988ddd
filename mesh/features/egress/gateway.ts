import { make, named } from "../../kubernetes/make.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { EGRESS_SELECTOR, egressName } from "../../kubernetes/names.ts";
import type { GatewayObject } from "../../kubernetes/objects.ts";
import type { Server } from "../routing/server.ts";
import { EGRESS_PORT, type External, gatewayExternals } from "./externals.ts";

/** What the egress gateway lets in: mutual TLS of the mesh, one server for each host that lies outside. */
export function egressGateways(catalog: Catalog): GatewayObject[] {
  const externals = gatewayExternals(catalog);
  return externals.length === 0
    ? []
    : [
        make("Gateway", named(egressName(catalog), catalog.namespace), {
          selector: EGRESS_SELECTOR,
          servers: externals.map(server),
        }),
      ];
}

/** Inside the mutual TLS lies plain HTTP that the gateway encrypts, or the caller's own TLS that it hands on. */
function server({ name, spec: { host, tls } }: External): Server {
  return {
    port:
      tls === "originate"
        ? { number: EGRESS_PORT, name: `https-${name}`, protocol: "HTTPS" }
        : { number: EGRESS_PORT, name: `tls-${name}`, protocol: "TLS" },
    hosts: [host],
    tls: { mode: "ISTIO_MUTUAL" },
  };
}
