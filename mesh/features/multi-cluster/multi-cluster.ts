import { make, named } from "../../kubernetes/make.ts";
import type { MeshConfig } from "../../stack/mesh.ts";
import { CA_FILES, type RemoteService } from "./schema/multi-cluster.ts";
import { controlPlane, istiodName } from "../control-plane/revisions/control-planes.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { GatewayObject, IstioObject, ServiceEntryObject, VirtualServiceObject } from "../../kubernetes/objects.ts";
import { revisionOf } from "../control-plane/revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import type { SecretTemplate } from "../../kubernetes/secret-template.ts";
import { EAST_WEST_PORTS } from "../../stack/networks.ts";

/** What the east-west gateway lets through: services by their SNI, and istiod where it is asked for. */
export function eastWestObjects({ config: { mesh } }: StackData): IstioObject[] {
  const { enabled, exposeIstiod } = mesh.multiCluster.eastWestGateway;
  if (!enabled) {
    return [];
  }
  return [crossNetworkGateway(), ...(exposeIstiod ? [istiodGateway(), istiodRoutes(mesh)] : [])];
}

const SELECTOR = { istio: RELEASES.eastWestGateway.replace(/^istio-/, "") };

function metadata(name: string) {
  return { name, namespace: NAMESPACES.eastWest, labels: { ...MANAGED_BY } };
}

/** The caller's mutual TLS ends at the service itself: the gateway reads no more than the name that is asked for. */
function crossNetworkGateway(): GatewayObject {
  const port = { number: EAST_WEST_PORTS.services, name: "tls", protocol: "TLS" };
  return make("Gateway", metadata("cross-network-gateway"), {
    selector: SELECTOR,
    servers: [{ port, tls: { mode: "AUTO_PASSTHROUGH" }, hosts: ["*.local"] }],
  });
}

const ISTIOD_GATEWAY = "istiod-gateway";

function istiodGateway(): GatewayObject {
  const server = (name: string, number: number) => ({
    port: { number, name, protocol: "TLS" },
    tls: { mode: "PASSTHROUGH" as const },
    hosts: ["*"],
  });
  return make("Gateway", metadata(ISTIOD_GATEWAY), {
    selector: SELECTOR,
    servers: [server("tls-istiod", EAST_WEST_PORTS.istiod), server("tls-istiodwebhook", EAST_WEST_PORTS.webhooks)],
  });
}

function istiodRoutes(mesh: MeshConfig): VirtualServiceObject {
  const host = `${istiodName(controlPlane(revisionOf(mesh, "stable")))}.${NAMESPACES.istioSystem}.svc.cluster.local`;
  const route = (from: number, to: number) => ({
    match: [{ port: from, sniHosts: ["*"] }],
    route: [{ destination: { host, port: { number: to } } }],
  });
  return make("VirtualService", metadata("istiod"), {
    hosts: ["*"],
    gateways: [ISTIOD_GATEWAY],
    tls: [route(EAST_WEST_PORTS.istiod, EAST_WEST_PORTS.istiod), route(EAST_WEST_PORTS.webhooks, 443)],
  });
}

/** The Secret by which istiod finds a remote cluster, as `istioctl create-remote-secret` makes it. */
export function remoteSecret(cluster: string): SecretTemplate {
  return {
    metadata: {
      name: `istio-remote-secret-${cluster}`,
      namespace: NAMESPACES.istioSystem,
      labels: { ...MANAGED_BY, "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": cluster },
    },
    type: "Opaque",
    // istiod takes the key for the cluster's name.
    keys: [cluster],
  };
}

/** The Secret from which istiod takes its certificate authority. Undefined where the program makes none. */
export function caSecret({ config }: StackData): SecretTemplate | undefined {
  return config.mesh.multiCluster.certificateAuthority === "config"
    ? {
        metadata: { name: "cacerts", namespace: NAMESPACES.istioSystem, labels: { ...MANAGED_BY } },
        type: "Opaque",
        keys: CA_FILES,
      }
    : undefined;
}

/** A ServiceEntry for each declared service of another cluster, in the application's namespace. */
export function remoteServiceEntries({ config, catalog }: StackData): ServiceEntryObject[] {
  return Object.entries(config.mesh.multiCluster.remoteServices).map(([name, service]) =>
    make("ServiceEntry", named(name, catalog.namespace, { ...MANAGED_BY }), serviceEntry(service)),
  );
}

function serviceEntry({
  host,
  port,
  protocol,
  location,
  address,
  endpoints,
}: RemoteService): ServiceEntryObject["spec"] {
  const inMesh = location === "MESH_INTERNAL";
  const portName = protocol.toLowerCase();
  return {
    hosts: [host],
    location,
    ports: [{ number: port, name: portName, protocol }],
    resolution: "DNS",
    ...(address === undefined ? {} : { addresses: [address] }),
    endpoints: endpoints.map((endpoint) => ({
      address: endpoint.address,
      ports: { [portName]: endpoint.port ?? (inMesh ? EAST_WEST_PORTS.services : port) },
      // Makes proxies speak mutual TLS with the service's name as SNI, by which the other gateway finds it.
      ...(inMesh ? { labels: { "security.istio.io/tlsMode": "istio" } } : {}),
    })),
  };
}
