import { ISTIO_PORTS } from "../../kubernetes/ports.ts";

/** The two groups of a cluster: the network interfaces of its control plane, and its nodes with their pods. */
export type ClusterGroup = "controlPlane" | "nodes";

/** One rule of a security group, as AWS sees it. */
export interface SecurityGroupRule {
  /** Name of the rule among those of the cluster; stable, so that a new rule moves no other. */
  readonly key: string;
  /** The group that the rule belongs to. */
  readonly group: ClusterGroup;
  readonly direction: "ingress" | "egress";
  /** The other end: a group, or everything. */
  readonly peer: ClusterGroup | "anywhere";
  /** TCP port; undefined: every protocol and port. */
  readonly port: number | undefined;
  /** What it is for: AWS shows it. */
  readonly description: string;
}

/** Ports on which the control plane calls the nodes and their pods: it connects to pods directly, never by a Service. */
export const CONTROL_PLANE_TO_NODES: readonly { readonly port: number; readonly description: string }[] = [
  { port: 443, description: "Webhooks and extension API servers on 443" },
  { port: 9443, description: "Webhook of the AWS Load Balancer Controller" },
  { port: 10250, description: "Kubelets: logs, exec, metrics" },
  // The EKS add-on listens here, unlike upstream's chart; every autoscaler reads from it.
  { port: 10251, description: "metrics-server" },
  { port: ISTIO_PORTS.xds, description: "istiod: certificates and configuration over TLS" },
  { port: ISTIO_PORTS.webhook, description: "istiod: webhooks for injection and validation" },
];

/**
 * Every rule of the cluster's security groups. What is not in here is refused by AWS: a mesh whose control plane cannot
 * reach 15017 starts no pod with a sidecar, and nobody sees why.
 *
 * The nodes' way out is open: where they may go is decided in the mesh (`mesh.outboundTraffic`) and by NAT.
 */
export function clusterSecurityRules(): SecurityGroupRule[] {
  return [
    ...CONTROL_PLANE_TO_NODES.flatMap(({ port, description }) => [
      rule("controlPlane", "egress", "nodes", port, description),
      rule("nodes", "ingress", "controlPlane", port, description),
    ]),
    rule("controlPlane", "ingress", "nodes", 443, "Kubernetes API for nodes and pods"),
    rule("nodes", "ingress", "nodes", undefined, "Nodes and pods among themselves"),
    rule("nodes", "egress", "anywhere", undefined, "Image registries, AWS and other nodes"),
  ];
}

const LABELS = { controlPlane: "control-plane", nodes: "nodes", anywhere: "anywhere" } as const;

function rule(
  group: ClusterGroup,
  direction: SecurityGroupRule["direction"],
  peer: SecurityGroupRule["peer"],
  port: number | undefined,
  description: string,
): SecurityGroupRule {
  const key = `${LABELS[group]}-${direction === "ingress" ? "from" : "to"}-${LABELS[peer]}-${port ?? "all"}`;
  return { key, group, direction, peer, port, description };
}
