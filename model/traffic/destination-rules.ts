import type { Catalog } from "../../config/schema/catalog.ts";
import { serviceLabels } from "../labels.ts";
import { serviceHost } from "../names.ts";
import type { DestinationRuleObject } from "../objects.ts";

/** How callers reach the pods of each service, and which pods are which version. */
export function destinationRules(catalog: Catalog): DestinationRuleObject[] {
  return Object.entries(catalog.services).map(([name, service]) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name, namespace: catalog.namespace, labels: serviceLabels(catalog, name) },
    spec: {
      host: serviceHost(catalog, name),
      trafficPolicy: { loadBalancer: { simple: service.loadBalancing } },
      subsets: Object.keys(service.versions).map((version) => ({ name: version, labels: { version } })),
    },
  }));
}
