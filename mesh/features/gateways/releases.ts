import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import type { GatewayConfig } from "./schema/gateways.ts";
import {
  eastWestAnnotations,
  eastWestService,
  GATEWAY_GRACE_SECONDS,
  GATEWAY_MIN_READY_SECONDS,
  ingressAnnotations,
  ingressEnvironment,
  ingressService,
} from "./load-balancer.ts";
import { NAMESPACES, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease, HelmValues } from "../../kubernetes/objects.ts";
import { gatewayTag, proxyAnnotation, revisionOf } from "../control-plane/revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import { istioRelease } from "../../releases/istio-chart.ts";
import { spreadByHost, spreadByZone, systemPool } from "../../releases/placement.ts";
import { EAST_WEST_PORTS, NETWORK_LABEL, networkOf } from "../../stack/networks.ts";

/** Connections live long, and each pod that goes cuts some: one a minute, after five quiet minutes. */
const SLOW_SCALE_DOWN = {
  scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
} as const;

/** What Pod Security `restricted` asks of a pod. In place of the chart's right to low ports, which no port here needs. */
const UNPRIVILEGED = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } as const;

/**
 * In place of the probe that istiod injects, every 15 seconds with four failures: by that one a pod that could answer waits for up to
 * 15 seconds, and one that hangs is sent connections for a minute.
 */
const READINESS = {
  httpGet: { path: "/healthz/ready", port: ISTIO_PORTS.gatewayHealth },
  periodSeconds: 5,
  timeoutSeconds: 3,
  failureThreshold: 3,
} as const;

/** Every gateway of a stack, the ingress gateway first. */
export function gatewayReleases(stack: StackData): HelmRelease[] {
  const { egressGateway: egress, internalGateway: internal, multiCluster } = stack.config.mesh;
  return [
    ingressGateway(stack),
    ...(egress.enabled ? [egressGateway(stack)] : []),
    ...(internal.enabled ? [internalGateway(stack)] : []),
    ...(multiCluster.eastWestGateway.enabled ? [eastWestGateway(stack)] : []),
  ];
}

/** Where traffic enters. */
export function ingressGateway({ config }: StackData): HelmRelease {
  return gatewayRelease(
    config,
    { name: RELEASES.ingressGateway, namespace: NAMESPACES.ingress, gateway: config.mesh.ingressGateway },
    { ...ingressEnvironment(config), service: ingressService(config) },
    ingressAnnotations(config),
  );
}

/** Where traffic to external services leaves; reached from inside only. */
function egressGateway({ config }: StackData): HelmRelease {
  const gateway = config.mesh.egressGateway;
  return gatewayRelease(
    config,
    { name: RELEASES.egressGateway, namespace: NAMESPACES.egress, gateway },
    { service: insideService(gateway) },
  );
}

/**
 * Where calls of other clusters enter. The chart's own `networkGateway` would open the ports of istiod as well, asked for or
 * not: the labels and the variable that it sets are set here.
 */
function eastWestGateway({ config }: StackData): HelmRelease {
  const { mesh } = config;
  const gateway = mesh.multiCluster.eastWestGateway;
  const network = networkOf(mesh);
  const port = (name: string, number: number) => ({ name, port: number, targetPort: number, protocol: "TCP" });
  const { services, istiod, webhooks } = EAST_WEST_PORTS;
  return gatewayRelease(
    config,
    { name: RELEASES.eastWestGateway, namespace: NAMESPACES.eastWest, gateway },
    {
      labels: { [NETWORK_LABEL]: network },
      // The gateway knows the services of this network only, and so leads no call on into a third one.
      env: { ISTIO_META_REQUESTED_NETWORK_VIEW: network },
      service: eastWestService(config, [
        port("tls", services),
        ...(gateway.exposeIstiod ? [port("tls-istiod", istiod), port("tls-webhook", webhooks)] : []),
      ]),
    },
    eastWestAnnotations(config),
  );
}

/** One entry for calls from inside the cluster. It shares the ingress gateway's namespace, and nothing from outside leads to it. */
function internalGateway({ config }: StackData): HelmRelease {
  const gateway = config.mesh.internalGateway;
  return gatewayRelease(
    config,
    { name: RELEASES.internalGateway, namespace: NAMESPACES.ingress, gateway },
    { service: insideService(gateway) },
  );
}

/** A Service that only the cluster's own pods reach. */
function insideService({ ports }: GatewayConfig): HelmValues {
  const status = { name: "status-port", port: ISTIO_PORTS.gatewayHealth, targetPort: ISTIO_PORTS.gatewayHealth };
  return { type: "ClusterIP", ports: [status, ...ports].map((port) => ({ ...port, protocol: "TCP" })) };
}

/** A gateway by its name and its settings. */
interface Gateway {
  readonly name: string;
  readonly namespace: string;
  readonly gateway: Omit<GatewayConfig, "ports">;
}

/** A gateway's release: what all gateways have, and over it what only this one has. */
function gatewayRelease(
  config: StackData["config"],
  { name, namespace, gateway }: Gateway,
  own: HelmValues,
  annotations: Readonly<Record<string, string>> = {},
): HelmRelease {
  const { version } = revisionOf(config.mesh, gateway.revisionTag);
  const values = { ...gatewayValues(config, gateway, name, annotations), ...own };
  return istioRelease(config.mesh, { name, namespace, chart: "gateway", version, values });
}

function gatewayValues(
  config: StackData["config"],
  gateway: Omit<GatewayConfig, "ports">,
  name: string,
  annotations: Readonly<Record<string, string>>,
): HelmValues {
  const labels = { app: name };
  const tag = gatewayTag(config.mesh, gateway.revisionTag);
  return {
    ...(tag === undefined ? {} : { revision: tag }),
    podAnnotations: { ...proxyAnnotation(config.mesh, gateway.revisionTag), ...annotations },
    autoscaling: {
      enabled: true,
      minReplicas: gateway.replicas.min,
      maxReplicas: gateway.replicas.max,
      targetCPUUtilizationPercentage: gateway.cpuTarget,
      autoscaleBehavior: SLOW_SCALE_DOWN,
    },
    // The old pod goes only when the new one answers.
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    securityContext: UNPRIVILEGED,
    priorityClassName: config.mesh.priorityClassName,
    resources: gateway.resources,
    ...systemPool(config),
    affinity: spreadByHost(labels),
    topologySpreadConstraints: spreadByZone(labels),
    podDisruptionBudget: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    readinessProbe: READINESS,
    minReadySeconds: GATEWAY_MIN_READY_SECONDS,
    terminationGracePeriodSeconds: GATEWAY_GRACE_SECONDS,
  };
}
