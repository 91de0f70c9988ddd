import { make, named } from "../../kubernetes/make.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { Catalog } from "../../stack/catalog.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { passthroughRoutes } from "./passthrough.ts";
import { publicRoutes } from "./public-routes.ts";
import { httpRoutes } from "./service-routes.ts";

/**
 * Routes. How the requests to a service are shared out stands in one object only, named after the service; roots
 * delegate to it: `<catalog>` for requests from outside, by path, and `<service>-mesh` for calls inside the mesh, by
 * host. So changing a weight changes one object, and all ways in always agree. In an ambient mesh the waypoint alone
 * shares out, and the gateway hands on to it.
 */
export function virtualServices(stack: StackData): VirtualServiceObject[] {
  const { catalog, config } = stack;
  const names = Object.keys(catalog.services);
  const own = names.map((name) => virtualService(catalog, name, { http: httpRoutes(stack, name) }));
  const inMesh = names.map((name) =>
    virtualService(catalog, `${name}-mesh`, {
      hosts: [serviceHost(catalog, name)],
      gateways: ["mesh"],
      http: [{ name, delegate: { name, namespace: catalog.namespace } }],
    }),
  );
  // With the Gateway API, HTTPRoutes lead in from outside.
  const fromOutside = config.mesh.gatewayApi ? [] : publicRoutes(catalog);
  const roots = fromOutside.map(({ name, spec }) =>
    virtualService(catalog, name, dataPlaneOf(stack).gatewayRoutes(spec)),
  );
  const handedOn = passthroughRoutes(catalog).map(({ name, spec }) => virtualService(catalog, name, spec));
  return [...roots, ...handedOn, ...own, ...inMesh];
}

function virtualService(catalog: Catalog, name: string, spec: VirtualServiceObject["spec"]): VirtualServiceObject {
  return make("VirtualService", named(name, catalog.namespace), spec);
}
