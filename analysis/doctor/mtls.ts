import { peerMode } from "../authorization/peer-mode.ts";
import { isAmbientPod } from "./ambient.ts";
import { objectName, type Finding } from "./finding.ts";
import { serviceOfHost } from "./hosts.ts";
import { carries, proxyOf, type ClusterView, type PodView, type ServiceView } from "./view.ts";

/** Rules that make callers speak plain text to who takes mutual TLS alone, or mutual TLS to who has no sidecar. */
export function mtlsFindings(view: ClusterView): Finding[] {
  return view.destinationRules.flatMap((rule): Finding[] => {
    const { namespace = "default" } = rule.metadata;
    const service = serviceOfHost(view.services, rule.spec.host, namespace);
    const mode = rule.spec.trafficPolicy?.tls?.mode;
    // Through ztunnel everything goes with mutual TLS, whatever a rule says of the connection within.
    const pods = service === undefined ? [] : podsOf(view, service).filter((pod) => !isAmbientPod(view, pod));
    const object = objectName("DestinationRule", { ...rule.metadata, namespace });
    if (mode === "DISABLE" && pods.some((pod) => takesOnlyMutualTls(view, pod, service))) {
      return [
        {
          code: "mtls-mismatch",
          severity: "error",
          object,
          message: `it makes callers of ${rule.spec.host} speak plain text, and its pods take mutual TLS alone: connections are reset`,
          remediation: "take `trafficPolicy.tls` out of it: proxies find out by themselves",
        },
      ];
    }
    if (mode === "ISTIO_MUTUAL" && pods.length > 0 && pods.every((pod) => proxyOf(pod) === undefined)) {
      return [
        {
          code: "mtls-mismatch",
          severity: "error",
          object,
          message: `it makes callers of ${rule.spec.host} speak mutual TLS, and its pods have no sidecar: connections fail`,
          remediation: "bring its pods into the mesh, or take `trafficPolicy.tls` out of it",
        },
      ];
    }
    return [];
  });
}

function podsOf({ pods }: ClusterView, { namespace, selector }: ServiceView): PodView[] {
  return selector === undefined
    ? []
    : pods.filter((pod) => pod.namespace === namespace && pod.alive && carries(pod.labels, selector));
}

function takesOnlyMutualTls(view: ClusterView, pod: PodView, service: ServiceView | undefined): boolean {
  const { port = 0, targetPort } = service?.ports[0] ?? {};
  const arriving = typeof targetPort === "number" ? targetPort : port;
  const { mode } = peerMode(view.peerAuthentications, pod, arriving, view.rootNamespace);
  return proxyOf(pod) !== undefined && mode === "STRICT";
}
