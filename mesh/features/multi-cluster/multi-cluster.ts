import type { MeshConfig } from "../../stack/mesh.ts";
import type { RemoteService } from "./schema/multi-cluster.ts";
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
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata("cross-network-gateway"),
    spec: { selector: SELECTOR, servers: [{ port, tls: { mode: "AUTO_PASSTHROUGH" }, hosts: ["*.local"] }] },
  };
}

const ISTIOD_GATEWAY = "istiod-gateway";

function istiodGateway(): GatewayObject {
  const server = (name: string, number: number) => ({
    port: { number, name, protocol: "TLS" },
    tls: { mode: "PASSTHROUGH" as const },
    hosts: ["*"],
  });
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(ISTIOD_GATEWAY),
    spec: {
      selector: SELECTOR,
      servers: [server("tls-istiod", EAST_WEST_PORTS.istiod), server("tls-istiodwebhook", EAST_WEST_PORTS.webhooks)],
    },
  };
}

function istiodRoutes(mesh: MeshConfig): VirtualServiceObject {
  const host = `${istiodName(controlPlane(revisionOf(mesh, "stable")))}.${NAMESPACES.istioSystem}.svc.cluster.local`;
  const route = (from: number, to: number) => ({
    match: [{ port: from, sniHosts: ["*"] }],
    route: [{ destination: { host, port: { number: to } } }],
  });
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata("istiod"),
    spec: {
      hosts: ["*"],
      gateways: [ISTIOD_GATEWAY],
      tls: [route(EAST_WEST_PORTS.istiod, EAST_WEST_PORTS.istiod), route(EAST_WEST_PORTS.webhooks, 443)],
    },
  };
}

/** Key of the configuration that holds the kubeconfig of a remote cluster; a secret. */
export function kubeconfigKey(cluster: string): string {
  return `${KUBECONFIG_KEY}${cluster}`;
}

/** What the keys of remote kubeconfigs begin with. */
export const KUBECONFIG_KEY = "remoteKubeconfig-";

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

/** What the keys of the mesh's certificate authority begin with. */
export const CA_KEY = "meshCa-";

/** Files of a certificate authority, as istiod looks for them in the Secret `cacerts`. */
export const CA_FILES = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"] as const;

/** Key of the configuration that holds a file of the certificate authority; a secret. */
export function caKey(file: (typeof CA_FILES)[number]): string {
  return `${CA_KEY}${file.replace(/\.pem$/, "")}`;
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

/** Keys of every secret that a stack must have set, with the key that asks for it. */
export function secretKeys({
  mesh,
}: StackData["config"]): readonly { readonly key: string; readonly because: string }[] {
  const { certificateAuthority, remoteClusters } = mesh.multiCluster;
  return [
    ...remoteClusters.map((cluster) => ({
      key: kubeconfigKey(cluster),
      because: `mesh.multiCluster.remoteClusters names ${cluster}`,
    })),
    ...(certificateAuthority === "config" ? CA_FILES : []).map((file) => ({
      key: caKey(file),
      because: "mesh.multiCluster.certificateAuthority is config",
    })),
  ];
}

/** A ServiceEntry for each declared service of another cluster, in the application's namespace. */
export function remoteServiceEntries({ config, catalog }: StackData): ServiceEntryObject[] {
  return Object.entries(config.mesh.multiCluster.remoteServices).map(([name, service]) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: catalog.namespace, labels: { ...MANAGED_BY } },
    spec: serviceEntry(service),
  }));
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
