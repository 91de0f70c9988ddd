import { make } from "../../kubernetes/make.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { INGRESS_SELECTOR, NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { IstioObject } from "../../kubernetes/objects.ts";
import type { Server } from "../routing/server.ts";
import type { StackData } from "../../stack/stack.ts";
import { ADDON_PORTS, addonHost } from "./addons/addresses.ts";

const NAME = "consoles";

/** Service and port of each console. */
const CONSOLES = {
  grafana: { service: RELEASES.grafana, port: ADDON_PORTS.grafana },
  kiali: { service: RELEASES.kiali, port: ADDON_PORTS.kiali },
} as const;

/** What shows consoles at the ingress gateway, by HTTPS alone: nothing where no host is given. */
export function consoleObjects({ config }: StackData): IstioObject[] {
  const { hosts } = config.observability.access;
  const shown = (["grafana", "kiali"] as const).flatMap((console) => {
    const host = hosts[console];
    return host === undefined ? [] : [{ console, host }];
  });
  if (shown.length === 0) {
    return [];
  }
  const metadata = (name: string) => ({ name, namespace: NAMESPACES.observability, labels: MANAGED_BY });
  return [
    make("Gateway", metadata(NAME), {
      selector: { ...INGRESS_SELECTOR },
      servers: servers(
        config,
        shown.map(({ host }) => host),
      ),
    }),
    ...shown.map(({ console, host }): IstioObject => {
      const { service, port } = CONSOLES[console];
      return make("VirtualService", metadata(console), {
        hosts: [host],
        gateways: [NAME],
        http: [{ route: [{ destination: { host: addonHost(service), port: { number: port } } }] }],
      });
    }),
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
