import { make, ofService } from "../../kubernetes/make.ts";
import { egressGatewayHost, internalGatewayHost, serviceHost } from "../../kubernetes/names.ts";
import { namespaceOf } from "../../kubernetes/network-peers.ts";
import type { SidecarObject } from "../../kubernetes/objects.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import type { StackConfig } from "../../stack/config.ts";
import type { StackData } from "../../stack/stack.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { callingServices } from "../gateways/internal/callers.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";

/** No host at all: a Sidecar wants at least one entry. */
const NOTHING = "~/*";

/**
 * What each proxy is told about: the services that its own service calls, and what the proxy itself calls. Without it istiod sends
 * every host of the mesh to every proxy, and each change to all of them. None without sidecars: nobody would read them.
 */
export function sidecars(stack: StackData): SidecarObject[] {
  const { catalog } = stack;
  const services = dataPlaneOf(stack).readsRequestsAt === "waypoint" ? [] : Object.entries(catalog.services);
  return services.map(([name, service]) => {
    const hosts = hostsOf(stack, name, service);
    return make("Sidecar", ofService(catalog, name), {
      workloadSelector: { labels: { app: name } },
      egress: [{ hosts: hosts.length === 0 ? [NOTHING] : [...new Set(hosts)] }],
    });
  });
}

function hostsOf({ config, catalog }: StackData, name: string, { calls, externalCalls }: ServiceSpec): string[] {
  const outside = externalCalls.flatMap((called) => catalog.externalServices[called] ?? []);
  const { externalAuthorization } = config.security;
  return [
    ...calls.map(({ to }) => `./${serviceHost(catalog, to)}`),
    ...outside.map(({ host }) => `./${host}`),
    ...(outside.some(({ egressGateway }) => egressGateway) ? [visible(egressGatewayHost())] : []),
    ...(callingServices(config).includes(name) ? [visible(internalGatewayHost())] : []),
    // The proxy must know the authorizer's host to reach it.
    ...(externalAuthorization?.services.includes(name) === true ? [visible(externalAuthorization.host)] : []),
    ...spanHosts(config),
  ];
}

/** Where a proxy sends its spans, as a Sidecar names it; none without tracing. */
export function spanHosts(config: StackConfig): string[] {
  const provider = tracingProvider(config);
  return provider === undefined ? [] : [visible(provider.service)];
}

/** A host as a Sidecar names it: within its namespace, or in any where it lies outside the cluster. */
function visible(host: string): string {
  return `${namespaceOf(host) ?? "*"}/${host}`;
}
