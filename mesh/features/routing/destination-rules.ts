import { make, named } from "../../kubernetes/make.ts";
import type { Catalog, ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import type { DestinationRuleObject } from "../../kubernetes/objects.ts";
import { trafficPolicy } from "./traffic-policy.ts";

/** How callers reach the pods of each service, and which pods are which version. */
export function destinationRules(catalog: Catalog): DestinationRuleObject[] {
  return Object.entries(catalog.services).map(([name, service]) =>
    make("DestinationRule", named(name, catalog.namespace, serviceLabels(catalog, name)), {
      host: serviceHost(catalog, name),
      trafficPolicy: trafficPolicy(service),
      subsets: Object.entries(service.versions).map(([version, spec]) => {
        const policy = subsetPolicy(service, spec);
        return { name: version, labels: { version }, ...(policy === undefined ? {} : { trafficPolicy: policy }) };
      }),
    }),
  );
}

/**
 * What differs for one version. Istio puts a subset's connection pool in the place of the whole one of the service, so
 * what the version does not say is said again.
 */
function subsetPolicy(service: ServiceSpec, version: VersionSpec) {
  const { loadBalancing, connectionPool, outlierDetection } = version;
  if (loadBalancing === undefined && connectionPool === undefined && outlierDetection === undefined) {
    return undefined;
  }
  const whole = versionPolicy(service, version);
  return trafficPolicy({
    loadBalancing,
    connectionPool: connectionPool && whole.connectionPool,
    outlierDetection: outlierDetection && whole.outlierDetection,
  });
}

/** All that holds for one version: what it says itself, laid over what the service says. */
export function versionPolicy(
  service: ServiceSpec,
  { loadBalancing, connectionPool, outlierDetection }: VersionSpec,
): Pick<VersionSpec, "loadBalancing" | "connectionPool" | "outlierDetection"> {
  return {
    loadBalancing: loadBalancing ?? service.loadBalancing,
    connectionPool:
      connectionPool === undefined
        ? service.connectionPool
        : {
            tcp: { ...service.connectionPool?.tcp, ...connectionPool.tcp },
            http: { ...service.connectionPool?.http, ...connectionPool.http },
          },
    outlierDetection:
      outlierDetection === undefined ? service.outlierDetection : { ...service.outlierDetection, ...outlierDetection },
  };
}
