import type {
  NetworkPolicyEgressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "kubernetes-types/networking/v1.d.ts";

/** Every pod of a namespace, or those with the labels. The label of a namespace's name is set by Kubernetes itself. */
export function inNamespace(namespace: string, labels?: Readonly<Record<string, string>>): NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(labels === undefined ? {} : { podSelector: { matchLabels: { ...labels } } }),
  };
}

/** Pods of the policy's own namespace with the label `app`. */
export function pods(app: string): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { app } } };
}

/** Networks, less parts of them. */
export function network(cidr: string, except: readonly string[] = []): NetworkPolicyPeer {
  return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except: [...except] }) } };
}

/** TCP ports. */
export function tcp(...ports: readonly number[]): NetworkPolicyPort[] {
  return [...new Set(ports)].map((port) => ({ port, protocol: "TCP" }));
}

/** Namespace of a host inside the cluster, `<service>.<namespace>.svc[.cluster.local]`; undefined for any other host. */
export function namespaceOf(host: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(host)?.[1];
}

/** A host of the cluster by its namespace, any other by its port alone: its addresses are not known here. */
export function toHost(host: string, port: number): NetworkPolicyEgressRule {
  const namespace = namespaceOf(host);
  return { to: [namespace === undefined ? network("0.0.0.0/0") : inNamespace(namespace)], ports: tcp(port) };
}

/** The instance metadata of AWS: its credentials are the node's. */
export const METADATA = "169.254.0.0/16";
