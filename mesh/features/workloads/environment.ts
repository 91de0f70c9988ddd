import type { EnvVar } from "kubernetes-types/core/v1.d.ts";
import type { Catalog, ServiceSpec, VersionSpec } from "../../stack/catalog.ts";
import { serviceHost } from "../../kubernetes/names.ts";
import { servicePort } from "../../kubernetes/service-port.ts";

/**
 * Environment of a service's container. fake-service reads it to know where to listen and whom to call; any other
 * image may ignore it. The version's own values win over the service's, and those over what the catalog gives; secrets win over all.
 */
export function environmentOf(
  catalog: Catalog,
  name: string,
  service: ServiceSpec,
  version: { readonly name: string; readonly spec: VersionSpec },
): EnvVar[] {
  const upstreams = upstreamUris(catalog, service);
  const environment: Record<string, string> = {
    LISTEN_ADDR: `0.0.0.0:${service.port}`,
    MESSAGE: `${name} ${version.name}`,
    NAME: `${name}-${version.name}`,
    ...(upstreams.length === 0 ? {} : { UPSTREAM_URIS: upstreams.join(",") }),
    ...service.env,
    ...version.spec.env,
  };
  return [...new Set([...Object.keys(environment), ...Object.keys(service.secretEnv)])].sort().map((key) => {
    const secret = service.secretEnv[key];
    return secret === undefined
      ? { name: key, value: environment[key] ?? "" }
      : { name: key, valueFrom: { secretKeyRef: { ...secret } } };
  });
}

/** One address for each called service: the first path of the call, without its `*`. */
function upstreamUris(catalog: Catalog, service: ServiceSpec): string[] {
  return service.calls.map(({ to, paths }) => {
    const callee = catalog.services[to];
    const port = callee === undefined ? 80 : servicePort(callee);
    const path = (paths[0] ?? "/").replace(/\/?\*$/, "");
    return `http://${serviceHost(catalog, to)}:${port}${path}`;
  });
}
