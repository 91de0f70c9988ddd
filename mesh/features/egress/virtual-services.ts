import { make, named } from "../../kubernetes/make.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { egressGatewayHost, egressName } from "../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../kubernetes/objects.ts";
import type { Destination, VirtualServiceSpec } from "../../kubernetes/istio.ts";
import { EGRESS_PORT, type External, gatewayExternals, PLAIN_PORT } from "./externals.ts";
import { EGRESS_VISIBILITY } from "./service-entries.ts";

/** The way out: from the sidecars to the egress gateway, and from there to what lies outside. */
export function egressVirtualServices(catalog: Catalog): VirtualServiceObject[] {
  const gateway = egressName(catalog);
  return gatewayExternals(catalog).map((external) =>
    make("VirtualService", named(`${external.name}-egress`, catalog.namespace), {
      hosts: [external.spec.host],
      gateways: ["mesh", gateway],
      exportTo: [...EGRESS_VISIBILITY],
      ...(external.spec.tls === "originate" ? plainRoutes(external, gateway) : encryptedRoutes(external, gateway)),
    }),
  );
}

/** The gateway sees requests, and encrypts them by its DestinationRule. */
function plainRoutes(external: External, gateway: string): VirtualServiceSpec {
  return {
    http: [
      {
        name: "to-gateway",
        match: [{ gateways: ["mesh"], port: PLAIN_PORT }],
        route: [{ destination: toGateway(external), weight: 100 }],
      },
      {
        name: "to-outside",
        match: [{ gateways: [gateway], port: EGRESS_PORT }],
        route: [{ destination: toOutside(external), weight: 100 }],
      },
    ],
  };
}

/** The gateway takes the mesh's TLS off and hands on the caller's own. */
function encryptedRoutes(external: External, gateway: string): VirtualServiceSpec {
  const { host, port } = external.spec;
  return {
    tls: [{ match: [{ gateways: ["mesh"], port, sniHosts: [host] }], route: [{ destination: toGateway(external) }] }],
    tcp: [{ match: [{ gateways: [gateway], port: EGRESS_PORT }], route: [{ destination: toOutside(external) }] }],
  };
}

function toGateway({ name }: External): Destination {
  return { host: egressGatewayHost(), subset: name, port: { number: EGRESS_PORT } };
}

function toOutside({ spec: { host, port } }: External): Destination {
  return { host, port: { number: port } };
}
