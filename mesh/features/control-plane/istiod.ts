import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { certifiesWorkloads } from "../certificates/uses.ts";
import { certificateAddress } from "../certificates/workload-certificates.ts";
import { istiodLabels, istiodName, type Istiod } from "./revisions/control-planes.ts";
import { meshConfig } from "./mesh-config.ts";
import { NAMESPACES } from "../../kubernetes/names.ts";
import type { HelmRelease, HelmValues } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { imageValues, istioRelease, VALIDATION_FAILS_CLOSED } from "../../releases/istio-chart.ts";
import { spreadByHost, spreadByZone, systemPool } from "../../releases/placement.ts";
import { networkOf } from "../../stack/networks.ts";

/**
 * One control plane.
 * @param clusterName name of the cluster in telemetry and in multi-cluster meshes
 */
export function istiod(stack: StackData, clusterName: string, plane: Istiod): HelmRelease {
  const { config } = stack;
  const { mesh } = config;
  const labels = istiodLabels(plane);
  const dataPlane = dataPlaneOf(stack).istiod;
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
      // While a new version rolls out there is one pod more, and never one less.
      rollingMaxSurge: 1,
      rollingMaxUnavailable: 0,
      seccompProfile: { type: "RuntimeDefault" },
      cni: { enabled: mesh.cni.enabled },
      env: { ...environment(config), ...dataPlane.environment },
      ...(mesh.istiod.jwksRootCertificates === undefined
        ? {}
        : { jwksResolverExtraRootCA: mesh.istiod.jwksRootCertificates }),
      meshConfig: meshConfig(stack),
      global: { ...globalValues(config, clusterName), ...dataPlane.global },
      ...dataPlane.values,
    },
  });
}

/** istiod's own settings; each is text, as the chart writes it into the container. */
function environment(config: StackData["config"]): HelmValues {
  const { istiod: settings } = config.mesh;
  return {
    // Kiali asks istiod for the state of the proxies from its own namespace.
    DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES: NAMESPACES.observability,
    BLOCKED_CIDRS_IN_JWKS_URIS: settings.blockedJwksCidrs.join(","),
    PILOT_DEBOUNCE_AFTER: `${settings.debounceMilliseconds}ms`,
    PILOT_DEBOUNCE_MAX: `${settings.debounceMaxSeconds}s`,
    ...(certifiesWorkloads(config) ? { ENABLE_CA_SERVER: "false" } : {}),
  };
}

function globalValues(config: StackData["config"], clusterName: string): HelmValues {
  const { mesh } = config;
  const caAddress = certificateAddress(config);
  return {
    ...(caAddress === undefined ? {} : { caAddress }),
    ...imageValues(mesh),
    // Scheduled before others and evicted after them: without istiod no pod gets its sidecar.
    priorityClassName: mesh.priorityClassName,
    logAsJson: true,
    meshID: mesh.meshId,
    network: networkOf(mesh),
    multiCluster: { clusterName },
    proxy: {
      resources: mesh.proxy.resources,
      logLevel: mesh.proxy.logLevel,
      // What Pod Security `restricted` asks of the injected containers too.
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}
