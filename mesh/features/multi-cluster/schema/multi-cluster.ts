import { isIPv4 } from "node:net";
import { z } from "zod";
import {
  cidr,
  dnsLabel,
  flag,
  hostName,
  list,
  nonEmpty,
  oneOf,
  optional,
  port,
  record,
} from "../../../schema/common.ts";
import { gatewayScaling } from "../../gateways/schema/gateways.ts";

/** Private networks of RFC 1918: where the other clusters of a mesh are. */
const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** The network of a cluster that names none. */
export const DEFAULT_NETWORK = "network1";

const eastWestGateway = z.strictObject({
  enabled: flag(false).describe(
    "Install the gateway through which pods of other networks reach this cluster's services (port 15443). Needs `mesh.network`.",
  ),
  exposeIstiod: flag(false).describe(
    "Let clusters without a control plane reach this istiod through the gateway (ports 15012 and 15017).",
  ),
  ...gatewayScaling,
  serviceType: oneOf(["LoadBalancer", "NodePort", "ClusterIP"], "LoadBalancer").describe(
    "Type of the gateway's Service.",
  ),
  scheme: oneOf(["internal", "internet-facing"], "internal").describe(
    "Who can reach the load balancer. Used only with `platform.kind: eks`.",
  ),
  sourceCidrs: nonEmpty(cidr)
    .default(PRIVATE_NETWORKS)
    .describe("Networks that may connect to the load balancer: those of the other clusters."),
});

const remoteService = z.strictObject({
  host: hostName.describe("Name by which workloads call it. Inside of the mesh its name in the other cluster."),
  port: port.describe("Port of the service."),
  protocol: oneOf(["HTTP", "HTTP2", "GRPC", "HTTPS", "TLS", "TCP"], "HTTP").describe("Protocol of the port."),
  location: oneOf(["MESH_INTERNAL", "MESH_EXTERNAL"], "MESH_INTERNAL").describe(
    "Whether it is a service of the same mesh, reached with mutual TLS, or lies outside of it.",
  ),
  address: z
    .string()
    .refine((text) => isIPv4(text), "expected an IPv4 address such as 240.0.0.1")
    .optional()
    .describe("Address that stands for the service where a name cannot: TCP on a port that others use too."),
  endpoints: nonEmpty(
    z.strictObject({
      address: z
        .string()
        .refine((text) => isIPv4(text) || hostName.safeParse(text).success, "expected a host name or an IPv4 address")
        .describe("Where the service is reached: of a mesh's own service, the other cluster's east-west gateway."),
      port: optional(port).describe(
        "Port there. Default: 15443 inside of the mesh, and the service's own port outside of it.",
      ),
    }),
  ).describe("Where it is reached; several share the calls."),
});

export const multiCluster = z.strictObject({
  certificateAuthority: oneOf(["istiod", "config", "existingSecret"], "istiod").describe(
    "Who signs the workloads' certificates. `istiod`: a root of this cluster's own, which no other cluster trusts; `config`: an intermediate of a root that all clusters share, from the secrets `ecommerce-mesh:meshCa-*`; `existingSecret`: the same, from a Secret `cacerts` in `istio-system` that something else keeps.",
  ),
  eastWestGateway: eastWestGateway.prefault({}).describe("Where calls of other clusters enter."),
  remoteClusters: list(dnsLabel).describe(
    "Names of the clusters whose services this istiod finds by itself, through their API servers. The kubeconfig of each is the secret `ecommerce-mesh:remoteKubeconfig-<name>`.",
  ),
  remoteServices: record(dnsLabel, remoteService).describe(
    "Services of clusters that istiod does not ask, by a name for each.",
  ),
});

export type MultiClusterConfig = z.infer<typeof multiCluster>;
export type RemoteService = z.infer<typeof remoteService>;

/** What the keys of remote kubeconfigs begin with. */
export const KUBECONFIG_KEY = "remoteKubeconfig-";

/** Key of the configuration that holds the kubeconfig of a remote cluster; a secret. */
export function kubeconfigKey(cluster: string): string {
  return `${KUBECONFIG_KEY}${cluster}`;
}

/** What the keys of the mesh's certificate authority begin with. */
export const CA_KEY = "meshCa-";

/** Files of a certificate authority, as istiod looks for them in the Secret `cacerts`. */
export const CA_FILES = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"] as const;

/** Key of the configuration that holds a file of the certificate authority; a secret. */
export function caKey(file: (typeof CA_FILES)[number]): string {
  return `${CA_KEY}${file.replace(/\.pem$/, "")}`;
}

/** Keys of every secret that a stack must have set, with the key that asks for it. */
export function secretKeys({ certificateAuthority, remoteClusters }: MultiClusterConfig) {
  const ofAuthority = certificateAuthority === "config" ? CA_FILES : [];
  const because = "mesh.multiCluster.certificateAuthority is config";
  return [
    ...remoteClusters.map((cluster) => ({
      key: kubeconfigKey(cluster),
      because: `mesh.multiCluster.remoteClusters names ${cluster}`,
    })),
    ...ofAuthority.map((file) => ({ key: caKey(file), because })),
  ];
}
