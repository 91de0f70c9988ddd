import { make, named } from "../../kubernetes/make.ts";
import type { Catalog, ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import { serviceLabels, versionSelector } from "../../kubernetes/labels.ts";
import { deploymentName, serviceHost } from "../../kubernetes/names.ts";
import type { DestinationRuleObject, ServiceObject } from "../../kubernetes/objects.ts";
import { servicePort } from "../../kubernetes/service-port.ts";
import { versionPolicy } from "../routing/destination-rules.ts";
import { routesAt } from "../../stack/routes.ts";
import { trafficPolicy } from "../routing/traffic-policy.ts";
import type { ServiceRef } from "../../kubernetes/gateway-api.ts";

/** Versions of a service that an HTTPRoute tells apart: it names Services, and knows no subsets. */
function versionsApart({ routes, versions }: ServiceSpec): [string, VersionSpec][] {
  const all = Object.entries(versions);
  return routesAt(routes, "ingress").length > 0 && all.length > 1 ? all : [];
}

/** What an HTTPRoute sends the requests of a version to: the version's Service, or the only version's whole service. */
export function backendOf(catalog: Catalog, service: string, version: string): ServiceRef {
  const spec = catalog.services[service] as ServiceSpec;
  const isAlone = versionsApart(spec).length === 0;
  return { name: isAlone ? service : deploymentName(service, version), port: servicePort(spec) };
}

/**
 * A Service for each version that the gateway tells apart. They come after the service's own: a sidecar reports the requests of
 * a port under the oldest Service that selects it.
 */
export function versionServices(catalog: Catalog): ServiceObject[] {
  return Object.entries(catalog.services).flatMap(([service, spec]) =>
    versionsApart(spec).map(([version]): ServiceObject =>
      make(
        "Service",
        named(deploymentName(service, version), catalog.namespace, { ...serviceLabels(catalog, service), version }),
        {
          type: "ClusterIP",
          selector: versionSelector(service, version),
          ports: [
            {
              name: "http",
              port: servicePort(spec),
              targetPort: "http",
              protocol: "TCP",
              ...(spec.protocol === "HTTP2" ? { appProtocol: "http2" } : {}),
            },
          ],
        },
      ),
    ),
  );
}

/** How the gateway reaches the pods of such a version: what the subset of the same version says. */
export function versionRules(catalog: Catalog): DestinationRuleObject[] {
  return Object.entries(catalog.services).flatMap(([service, spec]) =>
    versionsApart(spec).map(([version, own]): DestinationRuleObject => {
      const name = deploymentName(service, version);
      return make("DestinationRule", named(name, catalog.namespace, { ...serviceLabels(catalog, service), version }), {
        host: serviceHost(catalog, name),
        trafficPolicy: trafficPolicy(versionPolicy(spec, own)),
      });
    }),
  );
}
