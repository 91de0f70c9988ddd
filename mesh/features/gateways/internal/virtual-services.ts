import { make, named } from "../../../kubernetes/make.ts";
import { dataPlaneOf } from "../../data-plane/data-plane-of.ts";
import { INTERNAL_HOSTS, internalGatewayHost, internalName } from "../../../kubernetes/names.ts";
import type { VirtualServiceObject } from "../../../kubernetes/objects.ts";
import type { StackData } from "../../../stack/stack.ts";
import { internalRoutes } from "../../routing/public-routes.ts";
import { callingServices, encryptedPort, plainPort } from "./callers.ts";
import { MESH_SUBSET } from "./destination-rules.ts";

/** From the gateway to the services, by path as at the ingress gateway; and from the callers' sidecars to the gateway. */
export function internalVirtualServices(stack: StackData): VirtualServiceObject[] {
  const { config, catalog } = stack;
  const name = internalName(catalog);
  const hosts = [...INTERNAL_HOSTS, ...config.traffic.internalGateway.hosts];
  const object = (name: string, spec: VirtualServiceObject["spec"]): VirtualServiceObject =>
    make("VirtualService", named(name, catalog.namespace), spec);
  const [plain, encrypted] = [plainPort(config), encryptedPort(config)];
  const isCalled = callingServices(config).length > 0 && plain !== undefined && encrypted !== undefined;
  const root = { hosts, gateways: [name], http: internalRoutes(catalog) };
  return [
    // In an ambient mesh the waypoint alone shares out.
    object(name, dataPlaneOf(stack).gatewayRoutes(root)),
    ...(isCalled
      ? [
          object(`${name}-callers`, {
            hosts: [internalGatewayHost()],
            gateways: ["mesh"],
            exportTo: ["."],
            http: [
              {
                name: "to-internal-gateway",
                match: [{ port: plain.port }],
                route: [
                  {
                    destination: {
                      host: internalGatewayHost(),
                      subset: MESH_SUBSET,
                      port: { number: encrypted.port },
                    },
                    weight: 100,
                  },
                ],
              },
            ],
          }),
        ]
      : []),
  ];
}
