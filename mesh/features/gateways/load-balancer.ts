import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { StackConfig } from "../../stack/config.ts";
import { RELEASES } from "../../kubernetes/names.ts";
import type { HelmValues } from "../../kubernetes/objects.ts";

/** Class of the gateway's Service: the AWS Load Balancer Controller answers for it, and nothing else does. */
export const LOAD_BALANCER_CLASS = "service.k8s.aws/nlb";

/** Port of a gateway's Service for those who ask for its health through it. */
const STATUS_PORTS = {
  name: "status-port",
  port: ISTIO_PORTS.gatewayHealth,
  targetPort: ISTIO_PORTS.gatewayHealth,
  protocol: "TCP",
} as const;

/** Seconds that a gateway pod has before it is killed. */
export const GATEWAY_GRACE_SECONDS = 60;

/**
 * Seconds that a new gateway pod has to stay ready before the next old one goes. A network load balancer has no slow start, so this
 * is the time in which a pod that fails under its first requests stops the rollout.
 */
export const GATEWAY_MIN_READY_SECONDS = 10;

/** Seconds that a gateway behind a load balancer goes on answering after it was told to stop. Istio's default is 5. */
export const GATEWAY_DRAIN_SECONDS = 50;

/** Label of a namespace: its new pods are ready only once the load balancer has found them healthy. */
export const READINESS_GATE_LABEL = { "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled" } as const;

/** TLS 1.2 and 1.3 only. Source: ELB user guide, security policies for network load balancers. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

const PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";

/** Whether a network load balancer stands in front of the ingress gateway: on EKS, unless its Service is of another type. */
export function usesLoadBalancer({ platform, mesh }: StackConfig): boolean {
  return platform.kind === "eks" && mesh.ingressGateway.serviceType === "LoadBalancer";
}

/** The ingress gateway's Service, as values of the gateway chart. */
export function ingressService(config: StackConfig): HelmValues {
  const { serviceType, ports } = config.mesh.ingressGateway;
  const listened = ports.map((port) => ({ ...port, protocol: "TCP" }));
  if (!usesLoadBalancer(config)) {
    return { type: serviceType, annotations: {}, ports: [STATUS_PORTS, ...listened] };
  }
  return {
    type: serviceType,
    loadBalancerClass: LOAD_BALANCER_CLASS,
    // Packets go to the pods' own addresses: no port of the nodes is opened.
    allocateLoadBalancerNodePorts: false,
    loadBalancerSourceRanges: [...config.traffic.loadBalancer.sourceCidrs],
    annotations: {
      ...annotations(config.network, config.traffic.loadBalancer),
      ...certificate(config.traffic.tls),
    },
    // Without the status port: the load balancer asks the pods for it, and clients have no business there.
    ports: listened,
  };
}

/** Whether one stands in front of the east-west gateway. */
export function eastWestUsesLoadBalancer({ platform, mesh }: StackConfig): boolean {
  const { enabled, serviceType } = mesh.multiCluster.eastWestGateway;
  return enabled && platform.kind === "eks" && serviceType === "LoadBalancer";
}

/** Releases of the gateways that have one. */
export function balancedGateways(config: StackConfig): readonly string[] {
  return [
    ...(usesLoadBalancer(config) ? [RELEASES.ingressGateway] : []),
    ...(eastWestUsesLoadBalancer(config) ? [RELEASES.eastWestGateway] : []),
  ];
}

/** The east-west gateway's Service: like the ingress gateway's, for other callers. */
export function eastWestService(config: StackConfig, ports: readonly HelmValues[]): HelmValues {
  const { serviceType, scheme, sourceCidrs } = config.mesh.multiCluster.eastWestGateway;
  if (!eastWestUsesLoadBalancer(config)) {
    return { type: serviceType, annotations: {}, ports: [STATUS_PORTS, ...ports] };
  }
  return {
    type: serviceType,
    loadBalancerClass: LOAD_BALANCER_CLASS,
    allocateLoadBalancerNodePorts: false,
    loadBalancerSourceRanges: [...sourceCidrs],
    annotations: annotations(config.network, { ...config.traffic.loadBalancer, scheme, clientIp: "none" }),
    ports,
  };
}

/** What the gateway's pods must know of the load balancer in front of them, as annotations of the pods. */
export function ingressAnnotations(config: StackConfig): Readonly<Record<string, string>> {
  return usesLoadBalancer(config)
    ? drainAnnotations(usesProxyProtocol(config) ? { gatewayTopology: { proxyProtocol: {} } } : {})
    : {};
}

/** The same of the east-west gateway's pods. */
export function eastWestAnnotations(config: StackConfig): Readonly<Record<string, string>> {
  return eastWestUsesLoadBalancer(config) ? drainAnnotations() : {};
}

function drainAnnotations(proxyConfig: HelmValues = {}): Readonly<Record<string, string>> {
  const drain = { terminationDrainDuration: `${GATEWAY_DRAIN_SECONDS}s` };
  return { "proxy.istio.io/config": JSON.stringify({ ...drain, ...proxyConfig }) };
}

/** What their environment must say of it, as values of the gateway chart. */
export function ingressEnvironment(config: StackConfig): HelmValues {
  // The load balancer sends the header with its health checks too, and the status port refuses what it does not expect.
  return usesProxyProtocol(config) ? { env: { ENVOY_STATUS_PORT_ENABLE_PROXY_PROTOCOL: "true" } } : {};
}

function usesProxyProtocol(config: StackConfig): boolean {
  return usesLoadBalancer(config) && config.traffic.loadBalancer.clientIp === "proxyProtocol";
}

/** Source: AWS Load Balancer Controller 3, guide to Service annotations. */
function annotations(network: StackConfig["network"], loadBalancer: LoadBalancer): Record<string, string> {
  return {
    [`${PREFIX}scheme`]: loadBalancer.scheme,
    ...subnets(network, loadBalancer.scheme),
    [`${PREFIX}nlb-target-type`]: "ip",
    [`${PREFIX}healthcheck-protocol`]: "http",
    [`${PREFIX}healthcheck-port`]: String(ISTIO_PORTS.gatewayHealth),
    [`${PREFIX}healthcheck-path`]: "/healthz/ready",
    [`${PREFIX}attributes`]: list(attributes(loadBalancer)),
    [`${PREFIX}target-group-attributes`]: list(targetGroupAttributes(loadBalancer)),
  };
}

type LoadBalancer = StackConfig["traffic"]["loadBalancer"];

/**
 * Where the load balancer lies. The controller finds the stack's own subnets by their tags; those of a VPC that somebody
 * else keeps may have none, so they are named.
 */
function subnets({ existing }: StackConfig["network"], scheme: LoadBalancer["scheme"]): Record<string, string> {
  if (existing === undefined) {
    return {};
  }
  const ids = scheme === "internal" ? existing.privateSubnetIds : existing.publicSubnetIds;
  return { [`${PREFIX}subnets`]: ids.join(",") };
}

/** Each one is written out: the controller leaves what is not named as it was, also after it was named once. */
function attributes({ crossZone, deletionProtection, accessLogsBucket }: LoadBalancer): Record<string, unknown> {
  return {
    "load_balancing.cross_zone.enabled": crossZone,
    "deletion_protection.enabled": deletionProtection,
    "access_logs.s3.enabled": accessLogsBucket !== undefined,
    ...(accessLogsBucket === undefined ? {} : { "access_logs.s3.bucket": accessLogsBucket }),
  };
}

function targetGroupAttributes({ clientIp, deregistrationSeconds }: LoadBalancer): Record<string, unknown> {
  return {
    "preserve_client_ip.enabled": clientIp === "preserve",
    "proxy_protocol_v2.enabled": clientIp === "proxyProtocol",
    "deregistration_delay.timeout_seconds": deregistrationSeconds,
  };
}

function certificate({ mode, certificateArn: arn }: StackConfig["traffic"]["tls"]): Record<string, string> {
  if (mode !== "acm" || arn === undefined) {
    return {};
  }
  return {
    [`${PREFIX}ssl-cert`]: arn,
    // Not named, every port would be a TLS one, and HTTP could not be redirected.
    [`${PREFIX}ssl-ports`]: "https",
    [`${PREFIX}ssl-negotiation-policy`]: TLS_POLICY,
    [`${PREFIX}alpn-policy`]: "HTTP2Preferred",
  };
}

function list(entries: Record<string, unknown>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
}
