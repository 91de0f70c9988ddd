import type { SidecarSettings } from "../data-plane/schema/sidecar.ts";
import { PAST_SIDECAR_REASON } from "../../kubernetes/labels.ts";
import { exceptionReason } from "../authorization/exception-reason.ts";
import type { StackData } from "../../stack/stack.ts";

type Annotations = Readonly<Record<string, string>>;

/**
 * Annotations of a pod by which istiod's injector gives it another proxy than the mesh's. Empty where a service says nothing.
 * Source: istio.io, Resource Annotations, and the injection template of Istio 1.30.3.
 */
export function sidecarAnnotations({ config }: StackData, sidecar: SidecarSettings): Annotations {
  return {
    ...resourceAnnotations(sidecar),
    ...(sidecar.image === undefined ? {} : { "sidecar.istio.io/proxyImage": sidecar.image }),
    ...(sidecar.logLevel === undefined ? {} : { "sidecar.istio.io/logLevel": sidecar.logLevel }),
    // Merged into the mesh's defaultConfig by the injector; one line of YAML.
    ...(sidecar.concurrency === undefined ? {} : { "proxy.istio.io/config": `concurrency: ${sidecar.concurrency}` }),
    ...pastSidecar(config.security, sidecar),
  };
}

/** All four at once: one of them alone makes the injector forget the mesh's other three. */
function resourceAnnotations({ resources }: SidecarSettings): Annotations {
  return resources === undefined
    ? {}
    : {
        "sidecar.istio.io/proxyCPU": resources.requests.cpu,
        "sidecar.istio.io/proxyMemory": resources.requests.memory,
        "sidecar.istio.io/proxyCPULimit": resources.limits.cpu,
        "sidecar.istio.io/proxyMemoryLimit": resources.limits.memory,
      };
}

/** The ports, and why: so that reviewers and the policy pack find the reason at the pod. */
function pastSidecar(
  security: StackData["config"]["security"],
  { excludeOutboundPorts }: SidecarSettings,
): Annotations {
  if (excludeOutboundPorts.length === 0) {
    return {};
  }
  const reason = exceptionReason(security, "past-the-sidecar");
  return {
    "traffic.sidecar.istio.io/excludeOutboundPorts": excludeOutboundPorts.map(({ port }) => port).join(","),
    ...(reason === undefined ? {} : { [PAST_SIDECAR_REASON]: reason }),
  };
}
