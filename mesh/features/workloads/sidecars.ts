import { make, named } from "../../kubernetes/make.ts";
import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import type { ServiceSpec } from "../../stack/catalog.ts";
import { serviceLabels } from "../../kubernetes/labels.ts";
import { internalGatewayHost, NAMESPACES, RELEASES, serviceHost } from "../../kubernetes/names.ts";
import type { SidecarObject } from "../../kubernetes/objects.ts";
import { namespaceOf } from "../../kubernetes/network-peers.ts";
import type { StackData } from "../../stack/stack.ts";
import { tracingProvider } from "../observability/telemetry/provider.ts";
import { callingServices } from "../gateways/internal/callers.ts";

/** What stands for no host at all: a Sidecar wants at least one entry. */
const NOTHING = "~/*";

/**
 * What each proxy is told about: the services that its own service calls, and what the proxy itself calls. Without it istiod sends
 * every host of the mesh to every proxy, and each change to all of them. None without sidecars: nobody would read them.
 */
export function sidecars(stack: StackData): SidecarObject[] {
  const { catalog } = stack;
  return (dataPlaneOf(stack).readsRequestsAt === "waypoint" ? [] : Object.entries(catalog.services)).map(
    ([name, service]) => {
      const called = service.calls.map(({ to }) => `./${serviceHost(catalog, to)}`);
      const hosts = [
        ...called,
        ...externals(catalog, service),
        ...internalGateway(stack, name),
        ...authorizer(stack, name),
        ...tracing(stack),
      ];
      return make("Sidecar", named(name, catalog.namespace, serviceLabels(catalog, name)), {
        workloadSelector: { labels: { app: name } },
        egress: [{ hosts: hosts.length === 0 ? [NOTHING] : [...new Set(hosts)] }],
      });
    },
  );
}

/** What lies outside, and the gateway on the way there. */
function externals({ externalServices }: StackData["catalog"], { externalCalls }: ServiceSpec): string[] {
  const called = externalCalls.flatMap((name) => externalServices[name] ?? []);
  const gateway = `${RELEASES.egressGateway}.${NAMESPACES.egress}.svc.cluster.local`;
  return [
    ...called.map(({ host }) => `./${host}`),
    ...(called.some(({ egressGateway }) => egressGateway) ? [visible(gateway)] : []),
  ];
}

/** The internal gateway, for the services that may ask it. */
function internalGateway({ config }: StackData, service: string): string[] {
  return callingServices(config).includes(service) ? [visible(internalGatewayHost())] : [];
}

/** The authorizer that the proxy asks: it must know the host to reach it. */
function authorizer({ config }: StackData, service: string): string[] {
  const { externalAuthorization } = config.security;
  return externalAuthorization?.services.includes(service) === true ? [visible(externalAuthorization.host)] : [];
}

/** Where the proxy sends its spans. */
function tracing({ config }: StackData): string[] {
  const provider = tracingProvider(config);
  return provider === undefined ? [] : [visible(provider.service)];
}

/** A host as a Sidecar names it: within its namespace, or in any where it lies outside the cluster. */
function visible(host: string): string {
  return `${namespaceOf(host) ?? "*"}/${host}`;
}
