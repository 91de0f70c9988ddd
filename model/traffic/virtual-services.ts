import type { Catalog, ServiceSpec } from "../../config/schema/catalog.ts";
import { MANAGED_BY } from "../labels.ts";
import { gatewayName, serviceHost } from "../names.ts";
import type { VirtualServiceObject } from "../objects.ts";

type Spec = VirtualServiceObject["spec"];
type Match = NonNullable<NonNullable<Spec["http"]>[number]["match"]>[number];

/**
 * How requests find a version. The split of a service stands in one object only, named after the service; two roots
 * delegate to it: `<catalog>` for requests from outside, by path, and `<service>-mesh` for calls inside the mesh, by host.
 * So changing a weight changes one object, and both ways in always agree.
 */
export function virtualServices(catalog: Catalog): VirtualServiceObject[] {
  const names = Object.keys(catalog.services);
  const splits = Object.entries(catalog.services).map(([name, service]) =>
    virtualService(catalog, name, { http: [{ name, route: destinations(catalog, name, service) }] }),
  );
  const roots = names.map((name) =>
    virtualService(catalog, `${name}-mesh`, {
      hosts: [serviceHost(catalog, name)],
      gateways: ["mesh"],
      http: [{ name, delegate: { name, namespace: catalog.namespace } }],
    }),
  );
  return [publicRoutes(catalog), ...splits, ...roots];
}

/** The root of requests from outside: longest prefix first, so that no route is hidden by a shorter one. */
function publicRoutes(catalog: Catalog): VirtualServiceObject {
  const routes = Object.entries(catalog.services)
    .flatMap(([service, { routes }]) => routes.map(({ prefix }) => ({ service, prefix })))
    .sort((one, other) => other.prefix.length - one.prefix.length || (one.prefix < other.prefix ? -1 : 1));
  return virtualService(catalog, catalog.name, {
    hosts: [...catalog.hosts],
    gateways: [gatewayName(catalog)],
    http: routes.map(({ service, prefix }) => ({
      name: `${service}${prefix.replaceAll("/", "-")}`,
      match: matches(prefix),
      delegate: { name: service, namespace: catalog.namespace },
    })),
  });
}

/** The prefix itself and what lies below it: a bare prefix `/cart` would also take `/cartoons`. */
function matches(prefix: string): Match[] {
  return prefix === "/" ? [{ uri: { prefix: "/" } }] : [{ uri: { exact: prefix } }, { uri: { prefix: `${prefix}/` } }];
}

function destinations(catalog: Catalog, name: string, service: ServiceSpec) {
  const host = serviceHost(catalog, name);
  return Object.entries(service.versions).map(([subset, { weight }]) => ({
    destination: { host, subset, port: { number: service.port } },
    weight: weight ?? 100,
  }));
}

function virtualService(catalog: Catalog, name: string, spec: Spec): VirtualServiceObject {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: catalog.namespace, labels: MANAGED_BY },
    spec,
  };
}
