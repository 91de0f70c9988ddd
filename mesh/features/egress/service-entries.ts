import { make, named } from "../../kubernetes/make.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { ServiceEntryObject } from "../../kubernetes/objects.ts";
import { type External, externalsOf, PLAIN_PORT } from "./externals.ts";

/** Who sees what lies outside: the application, and the gateway through which it is reached. */
export const EGRESS_VISIBILITY = [".", NAMESPACES.egress] as const;

/** What the mesh knows of outside: without an entry a host does not exist where `outboundTraffic` is REGISTRY_ONLY. */
export function serviceEntries(catalog: Catalog): ServiceEntryObject[] {
  return externalsOf(catalog).map((external) =>
    make("ServiceEntry", named(external.name, catalog.namespace), {
      hosts: [external.spec.host],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: portsOf(external),
      exportTo: [...EGRESS_VISIBILITY],
    }),
  );
}

type Port = NonNullable<ServiceEntryObject["spec"]["ports"]>[number];

function portsOf({ spec: { port, tls, egressGateway } }: External): Port[] {
  if (tls === "passthrough") {
    return [{ number: port, name: "tls", protocol: "TLS" }];
  }
  const plain = { number: PLAIN_PORT, name: "http", protocol: "HTTP" };
  // Straight from the sidecar, the plain port leads to the encrypted one; through the gateway, the gateway asks that one.
  return egressGateway ? [plain, { number: port, name: "https", protocol: "HTTPS" }] : [{ ...plain, targetPort: port }];
}
