import { defined } from "../../kubernetes/defined.ts";
import { PAST_SIDECAR_REASON } from "../../kubernetes/labels.ts";
import type { StackConfig } from "../../stack/config.ts";
import { exceptionReason } from "../authorization/exception-reason.ts";
import type { SidecarSettings } from "../data-plane/schema/sidecar.ts";

/**
 * Annotations of a pod by which istiod's injector gives it another proxy than the mesh's. Empty where a service sets nothing.
 * Source: istio.io, Resource Annotations, and the injection template of Istio 1.30.3.
 */
export function sidecarAnnotations(
  { security }: StackConfig,
  sidecar: SidecarSettings,
): Readonly<Record<string, string>> {
  const { resources, image, logLevel, concurrency, excludeOutboundPorts } = sidecar;
  const bypassed = excludeOutboundPorts.map(({ port }) => port).join(",");
  return defined({
    // All four at once: one of them alone makes the injector forget the mesh's other three.
    "sidecar.istio.io/proxyCPU": resources?.requests.cpu,
    "sidecar.istio.io/proxyMemory": resources?.requests.memory,
    "sidecar.istio.io/proxyCPULimit": resources?.limits.cpu,
    "sidecar.istio.io/proxyMemoryLimit": resources?.limits.memory,
    "sidecar.istio.io/proxyImage": image,
    "sidecar.istio.io/logLevel": logLevel,
    // Merged into the mesh's defaultConfig by the injector; one line of YAML.
    "proxy.istio.io/config": concurrency === undefined ? undefined : `concurrency: ${concurrency}`,
    ...(bypassed === ""
      ? {}
      : {
          "traffic.sidecar.istio.io/excludeOutboundPorts": bypassed,
          // Why: so that reviewers and the policy pack find the reason at the pod.
          [PAST_SIDECAR_REASON]: exceptionReason(security, "past-the-sidecar"),
        }),
  });
}
