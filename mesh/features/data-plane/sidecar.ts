import type { StackData } from "../../stack/stack.ts";
import { injectionLabels, proxyAnnotation } from "../control-plane/revisions/revisions.ts";
import type { DataPlane } from "./data-plane.ts";

/** A proxy in each pod, which istiod injects. */
export function sidecarDataPlane({ config: { mesh, catalog } }: StackData): DataPlane {
  return {
    readsRequestsAt: "pod",
    tunnel: undefined,
    // Both ends count.
    telemetry: {
      caller: "source",
      callee: "destination",
      plainText: { metrics: ["istio_requests_total", "istio_tcp_connections_opened_total"], policy: "none" },
    },
    namespaceLabels: () => injectionLabels(mesh, catalog.revisionTag),
    podAnnotations: (own = {}) => ({ ...proxyAnnotation(mesh, catalog.revisionTag), ...own }),
    proxyRequests: (requests = mesh.proxy.resources.requests) => [requests],
    nodeProxies: () => [],
    sharedProxies: () => [],
    proxyObjects: () => [],
    proxyPolicies: () => [],
    attach: (objects) => [...objects],
    gatewayRoutes: (spec) => spec,
    istiod: { environment: {}, global: {}, values: {} },
    cni: {},
    certificateServer: {},
    proxyConfig: {},
  };
}
