import type { Catalog } from "../../stack/catalog.ts";
import { gatewayName, serviceHost } from "../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../kubernetes/objects.ts";
import type { Server } from "./server.ts";
import { passthroughsOf } from "../../stack/routes.ts";

/** What the ingress gateway hands on as it comes, told apart from its own certificates' hosts by name (SNI). */
export function passthroughServers(catalog: Catalog, ports: readonly number[]): Server[] {
  return ports.flatMap((number) =>
    passthroughsOf(catalog).map(({ service, spec }) => ({
      port: { number, name: `tls-${service}-${spec.port}`, protocol: "TLS" },
      hosts: [...spec.hosts],
      tls: { mode: "PASSTHROUGH" as const },
    })),
  );
}

/** Where these connections go. Without a split: they are not requests, so neither rules nor a canary can choose among them. */
export function passthroughRoutes(catalog: Catalog): { name: string; spec: VirtualServiceObject["spec"] }[] {
  return passthroughsOf(catalog).map(({ service, spec: { hosts, port } }) => ({
    name: `${service}-${port}-passthrough`,
    spec: {
      hosts: [...hosts],
      gateways: [gatewayName(catalog)],
      tls: [
        {
          match: [{ sniHosts: [...hosts] }],
          route: [{ destination: { host: serviceHost(catalog, service), port: { number: port } } }],
        },
      ],
    },
  }));
}
