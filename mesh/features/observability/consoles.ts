import { make, named } from "../../kubernetes/make.ts";
import { INGRESS_SELECTOR, NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { IstioObject } from "../../kubernetes/objects.ts";
import type { Server } from "../routing/server.ts";
import type { StackData } from "../../stack/stack.ts";
import { ADDON_PORTS, addonHost } from "./addons/addresses.ts";

const NAME = "consoles";

/** Gateway and routes that show consoles at the ingress gateway, by HTTPS alone: none where no host is given. */
export function consoleObjects({ config }: StackData): IstioObject[] {
  const { hosts } = config.observability.access;
  const shown = (["grafana", "kiali"] as const).flatMap((console) => {
    const host = hosts[console];
    return host === undefined ? [] : [{ console, host }];
  });
  if (shown.length === 0) {
    return [];
  }
  const allHosts = shown.map(({ host }) => host);
  return [
    make("Gateway", named(NAME, NAMESPACES.observability), {
      selector: { ...INGRESS_SELECTOR },
      servers: servers(config, allHosts),
    }),
    ...shown.map(({ console, host }) =>
      make("VirtualService", named(console, NAMESPACES.observability), {
        hosts: [host],
        gateways: [NAME],
        http: [
          { route: [{ destination: { host: addonHost(RELEASES[console]), port: { number: ADDON_PORTS[console] } } }] },
        ],
      }),
    ),
  ];
}

/** On the same ports as the application: where the load balancer ends TLS, what arrives there is plain HTTP. */
function servers({ mesh, traffic, observability }: StackData["config"], hosts: string[]): Server[] {
  const { credentialName } = observability.access;
  return mesh.ingressGateway.ports
    .filter(({ name }) => name === "https")
    .map(({ port }) =>
      traffic.tls.mode === "acm"
        ? { port: { number: port, name: "http-consoles", protocol: "HTTP" }, hosts }
        : {
            port: { number: port, name: "https-consoles", protocol: "HTTPS" },
            tls: { mode: "SIMPLE", credentialName, minProtocolVersion: "TLSV1_2" },
            hosts,
          },
    );
}
