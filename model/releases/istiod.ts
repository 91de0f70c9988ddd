import type { MeshConfig } from "../../config/schema/mesh.ts";
import { istiodLabels, istiodName, type ControlPlane } from "../control-planes.ts";
import { meshConfig } from "../mesh-config.ts";
import { networkOf } from "../multi-cluster.ts";
import { NAMESPACES } from "../names.ts";
import type { HelmRelease, HelmValues } from "../objects.ts";
import type { StackData } from "../stack.ts";
import { istioRelease, VALIDATION_FAILS_CLOSED } from "./istio-chart.ts";
import { spreadByHost, spreadByZone, systemPool } from "./placement.ts";

/**
 * One control plane.
 * @param clusterName name of the cluster in telemetry and in multi-cluster meshes
 */
export function istiod(stack: StackData, clusterName: string, plane: ControlPlane): HelmRelease {
  const { config } = stack;
  const { mesh } = config;
  const labels = istiodLabels(plane);
  return istioRelease(mesh, {
    name: istiodName(plane),
    namespace: NAMESPACES.istioSystem,
    chart: "istiod",
    version: plane.version,
    values: {
      ...(plane.revision === undefined ? {} : { revision: plane.revision }),
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
      meshConfig: meshConfig(stack),
      global: globalValues(mesh, clusterName),
    },
  });
}

function globalValues(mesh: MeshConfig, clusterName: string): HelmValues {
  return {
    meshID: mesh.meshId,
    network: networkOf(mesh),
    multiCluster: { clusterName },
    proxy: { resources: mesh.proxy.resources },
  };
}
