import type { MeshConfig } from "../../config/schema/mesh.ts";
import {
  GATEWAY_GRACE_SECONDS,
  ingressAnnotations,
  ingressEnvironment,
  ingressService,
  STATUS_PORT,
} from "../load-balancer.ts";
import { NAMESPACES, RELEASES } from "../names.ts";
import type { HelmRelease, HelmValues } from "../objects.ts";
import { gatewayTag, proxyAnnotation, revisionOf } from "../revisions.ts";
import type { StackData } from "../stack.ts";
import { istioRelease } from "./istio-chart.ts";
import { spreadByHost, spreadByZone, systemPool } from "./placement.ts";

/** Every gateway of a stack, the ingress gateway first. */
export function gatewayReleases(stack: StackData): HelmRelease[] {
  return [ingressGateway(stack), ...(stack.config.mesh.egressGateway.enabled ? [egressGateway(stack)] : [])];
}

/** Where traffic enters. */
export function ingressGateway({ config }: StackData): HelmRelease {
  const { mesh } = config;
  return istioRelease(mesh, {
    name: RELEASES.ingressGateway,
    namespace: NAMESPACES.ingress,
    chart: "gateway",
    version: revisionOf(mesh, mesh.ingressGateway.revisionTag).version,
    values: {
      ...gatewayValues(config, mesh.ingressGateway, RELEASES.ingressGateway, ingressAnnotations(config)),
      ...ingressEnvironment(config),
      service: ingressService(config),
    },
  });
}

/** Where traffic to external services leaves; reached from inside only. */
function egressGateway({ config }: StackData): HelmRelease {
  const { mesh } = config;
  return istioRelease(mesh, {
    name: RELEASES.egressGateway,
    namespace: NAMESPACES.egress,
    chart: "gateway",
    version: revisionOf(mesh, mesh.egressGateway.revisionTag).version,
    values: {
      ...gatewayValues(config, mesh.egressGateway, RELEASES.egressGateway),
      service: {
        type: "ClusterIP",
        ports: [
          { name: "status-port", port: STATUS_PORT, targetPort: STATUS_PORT, protocol: "TCP" },
          { name: "https", port: 443, targetPort: 8443, protocol: "TCP" },
        ],
      },
    },
  });
}

function gatewayValues(
  config: StackData["config"],
  gateway: MeshConfig["egressGateway"] | MeshConfig["ingressGateway"],
  name: string,
  annotations: Readonly<Record<string, string>> = {},
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
    },
    resources: gateway.resources,
    ...systemPool(config),
    affinity: spreadByHost(labels),
    topologySpreadConstraints: spreadByZone(labels),
    podDisruptionBudget: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    terminationGracePeriodSeconds: GATEWAY_GRACE_SECONDS,
  };
}
