import { coversHost } from "./hosts.ts";
import type { Place } from "./http-match.ts";
import { hasLabels, nameOf, type World, type VirtualServiceView } from "./world.ts";

type TlsRoute = NonNullable<VirtualServiceView["spec"]["tls"]>[number];

/** A route of connections that stay encrypted: chosen by the server name of the handshake alone. */
export interface ChosenTls {
  readonly object: VirtualServiceView;
  readonly rule: string;
  readonly route: TlsRoute;
}

/** The first TLS route for a host at this place. */
export function findTlsRoute(world: World, host: string, place: Place): ChosenTls | undefined {
  for (const object of world.boundTo.get(place.gateway) ?? []) {
    const index = (object.spec.tls ?? []).findIndex(({ match }) =>
      match.some(
        ({ sniHosts, port, sourceLabels, gateways }) =>
          sniHosts.some((pattern) => coversHost(pattern, host)) &&
          (port === undefined || port === place.port) &&
          hasLabels(place.labels, sourceLabels) &&
          (gateways === undefined || gateways.some((name) => isPlace(object, name, place))),
      ),
    );
    const route = object.spec.tls?.[index];
    if (route !== undefined) {
      return { object, rule: `tls[${index}]`, route };
    }
  }
  return undefined;
}

/** Words for a trace. */
export function tlsStep({ object, rule }: ChosenTls, host: string) {
  return { object: nameOf(object), rule, says: `the connection for ${host} stays encrypted; its server name decides` };
}

function isPlace(object: VirtualServiceView, name: string, { gateway }: Place): boolean {
  return name === gateway || `${object.metadata.namespace ?? "default"}/${name}` === gateway;
}
