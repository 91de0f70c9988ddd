import { dataPlaneOf } from "../data-plane/data-plane-of.ts";
import { KUBE_SYSTEM, RELEASES } from "../../kubernetes/names.ts";
import type { HelmRelease } from "../../kubernetes/objects.ts";
import type { StackData } from "../../stack/stack.ts";
import { imageValues, istioRelease } from "../../releases/istio-chart.ts";

/**
 * The node agent that redirects the pods' traffic. It lies in kube-system: it needs the nodes' folders and CAP_SYS_ADMIN,
 * which Pod Security refuses in istio-system, and nobody else's pods must be allowed that for its sake.
 * @returns undefined where the stack does without
 */
export function istioCni(stack: StackData): HelmRelease | undefined {
  const { mesh } = stack.config;
  const { cni } = mesh;
  return cni.enabled
    ? istioRelease(mesh, {
        name: RELEASES.istioCni,
        namespace: KUBE_SYSTEM,
        chart: "cni",
        values: {
          cniBinDir: cni.binDirectory,
          cniConfDir: cni.configDirectory,
          // A pod that came before the agent gets its redirection afterwards, instead of being deleted.
          repair: { enabled: true, repairPods: true },
          // Nodes are updated a few at a time; each runs without the agent only for the time of its restart.
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
          // The annotation is for Kubernetes below 1.30; the field takes its place.
          useAppArmorAnnotation: false,
          resources: cni.resources,
          ...dataPlaneOf(stack).cni,
          global: imageValues(mesh),
        },
      })
    : undefined;
}
