import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { certificateAddress } from "../certificates/workload-certificates.ts";
import { controlPlane } from "./revisions/control-planes.ts";
import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import { revisionOf } from "./revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";
import { imageValues, istioRelease } from "../../releases/istio-chart.ts";
import { networkOf } from "../../stack/networks.ts";

/**
 * The node proxy of the ambient mode. It lies beside istio-cni: it enters the pods' network namespaces, for which it needs
 * NET_ADMIN and SYS_ADMIN. There is one a node, so it asks the control plane of the tag `stable`.
 * @param clusterName name of the cluster in telemetry, as istiod has it
 * @returns undefined with sidecars
 */
export function ztunnel(stack: StackData, clusterName: string): HelmRelease | undefined {
  const { config } = stack;
  const { mesh } = config;
  const caAddress = certificateAddress(config);
  const { revision } = controlPlane(revisionOf(mesh, "stable"));
  return dataPlaneOf(stack).nodeProxies().length > 0
    ? istioRelease(mesh, {
        name: RELEASES.ztunnel,
        namespace: KUBE_SYSTEM,
        chart: "ztunnel",
        values: {
          ...(revision === undefined ? {} : { revision }),
          ...(caAddress === undefined ? {} : { caAddress }),
          ...imageValues(mesh),
          network: networkOf(mesh),
          multiCluster: { clusterName },
          logAsJson: true,
          // A new ztunnel is there before the old one goes; connections through the old one end with its grace.
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          resources: mesh.ambient.ztunnel.resources,
        },
      })
    : undefined;
}
