import type { GatewayApiObject, ServiceObject } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { entryCatalog } from "./entry-catalog.ts";
import { ingressGateway } from "./ingress.ts";
import { httpRoutes } from "./http-routes.ts";
import { versionServices } from "./version-services.ts";

/** What takes the place of Istio's Gateway and of the VirtualServices bound to it; nothing without `mesh.gatewayApi`. */
export function gatewayApiObjects(stack: StackData): (ServiceObject | GatewayApiObject)[] {
  const { config } = stack;
  const catalog = entryCatalog(stack);
  return config.mesh.gatewayApi
    ? [...versionServices(catalog), ingressGateway(stack), ...httpRoutes({ config, catalog })]
    : [];
}
