import type { MeshConfig } from "../../config/schema/mesh.ts";
import { NAMESPACES, RELEASES } from "../names.ts";
import { GATEWAY_GRACE_SECONDS, ingressPods, ingressService } from "../load-balancer.ts";
import type { HelmRelease, HelmValues } from "../objects.ts";
import type { StackData } from "../stack.ts";
import { spreadByHost, spreadByZone, systemPool } from "./placement.ts";
import { tracingProvider } from "../tracing.ts";

/**
 * Written out, because istiod turns Ignore into Fail at run time: with the chart's default every later run would see a
 * difference that nobody made.
 */
const VALIDATION_FAILS_CLOSED = { validationFailurePolicy: "Fail" } as const;

/** Istio's CustomResourceDefinitions, cluster roles and validation webhook. */
export function istioBase({ config }: StackData): HelmRelease {
  return release(config.mesh, RELEASES.istioBase, NAMESPACES.istioSystem, "base", {
    base: VALIDATION_FAILS_CLOSED,
    defaultRevision: "default",
  });
}

/** The control plane. */
export function istiod({ config }: StackData, clusterName: string): HelmRelease {
  const { mesh } = config;
  const labels = { app: "istiod" };
  return release(mesh, RELEASES.istiod, NAMESPACES.istioSystem, "istiod", {
    base: VALIDATION_FAILS_CLOSED,
    autoscaleEnabled: true,
    autoscaleMin: mesh.istiod.replicas.min,
    autoscaleMax: mesh.istiod.replicas.max,
    cpu: { targetAverageUtilization: mesh.istiod.cpuTarget },
    resources: mesh.istiod.resources,
    ...systemPool(config),
    affinity: spreadByHost(labels),
    topologySpreadConstraints: spreadByZone(labels),
    // One pod at a time, and a pod that is not ready never blocks a drain.
    pdb: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    // Kiali asks istiod for the state of the proxies from its own namespace.
    env: { DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES: NAMESPACES.observability },
    meshConfig: meshConfig(config),
    global: globalValues(mesh, clusterName),
  });
}

function meshConfig(config: StackData["config"]): HelmValues {
  const { mesh } = config;
  const tracing = tracingProvider(config);
  return {
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    trustDomain: mesh.trustDomain,
    outboundTrafficPolicy: { mode: mesh.outboundTraffic },
    defaultConfig: { concurrency: mesh.proxy.concurrency, holdApplicationUntilProxyStarts: true },
    ...(tracing === undefined
      ? {}
      : {
          extensionProviders: [{ name: tracing.name, opentelemetry: { service: tracing.service, port: tracing.port } }],
        }),
  };
}

function globalValues(mesh: MeshConfig, clusterName: string): HelmValues {
  return {
    meshID: mesh.meshId,
    network: mesh.network,
    multiCluster: { clusterName },
    proxy: { resources: mesh.proxy.resources },
  };
}

/** Where traffic enters. */
export function ingressGateway({ config }: StackData): HelmRelease {
  const { mesh } = config;
  return release(mesh, RELEASES.ingressGateway, NAMESPACES.ingress, "gateway", {
    ...gatewayValues(config, mesh.ingressGateway, RELEASES.ingressGateway),
    ...ingressPods(config),
    service: ingressService(config),
  });
}

/** Where traffic to external services leaves; reached from inside only. */
export function egressGateway({ config }: StackData): HelmRelease {
  const { mesh } = config;
  return release(mesh, RELEASES.egressGateway, NAMESPACES.egress, "gateway", {
    ...gatewayValues(config, mesh.egressGateway, RELEASES.egressGateway),
    service: {
      type: "ClusterIP",
      ports: [
        { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
        { name: "https", port: 443, targetPort: 8443, protocol: "TCP" },
      ],
    },
  });
}

function gatewayValues(
  config: StackData["config"],
  gateway: MeshConfig["egressGateway"] | MeshConfig["ingressGateway"],
  name: string,
): HelmValues {
  const labels = { app: name };
  return {
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

function release(mesh: MeshConfig, name: string, namespace: string, chart: string, values: HelmValues): HelmRelease {
  return { name, namespace, chart, version: mesh.version, repository: mesh.repository, values };
}
