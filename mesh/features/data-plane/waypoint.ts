import { make, named } from "../../kubernetes/make.ts";
import { ISTIO_PORTS } from "../../kubernetes/ports.ts";
import { stringify } from "yaml";
import type { MeshConfig } from "../../stack/mesh.ts";
import { MANAGED_BY } from "../../kubernetes/labels.ts";
import { principal } from "../../kubernetes/names.ts";
import type { AuthorizationPolicyObject, ConfigMapObject, WaypointObject } from "../../kubernetes/objects.ts";
import { gatewayTag } from "../control-plane/revisions/revisions.ts";
import type { StackData } from "../../stack/stack.ts";

/** Name of the waypoint, and of the Deployment, Service and ServiceAccount that istiod makes for it. */
export const WAYPOINT = "waypoint";

/** Labels of its pods, which istiod gives them. */
export const WAYPOINT_LABELS = { "gateway.networking.k8s.io/gateway-name": WAYPOINT } as const;

/** Name of the ConfigMap with what istiod adds to the waypoint's objects. */
const OPTIONS = `${WAYPOINT}-options`;

/** Label of a namespace whose pods' traffic goes through ztunnel. */
export const ZTUNNEL_LABEL = { "istio.io/dataplane-mode": "ambient" } as const;

/**
 * Labels of an ambient application's namespace: its pods' traffic goes through ztunnel, and calls of its Services through the
 * waypoint, those of the ingress gateway too, which would else go to the pods directly.
 */
export const AMBIENT_LABELS = {
  ...ZTUNNEL_LABEL,
  "istio.io/use-waypoint": WAYPOINT,
  "istio.io/ingress-use-waypoint": "true",
} as const;

/** Whether a stack runs without sidecars. */
export function isAmbient({ mode }: MeshConfig): boolean {
  return mode === "ambient";
}

/** The application's waypoint and how many pods it has. */
export function waypointObjects({ config, catalog }: StackData): [ConfigMapObject, WaypointObject] {
  const { mesh } = config;
  const tag = gatewayTag(mesh, config.catalog.revisionTag);
  const metadata = { namespace: catalog.namespace, labels: MANAGED_BY };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, name: OPTIONS }, data: options(mesh) },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        ...metadata,
        name: WAYPOINT,
        labels: { ...MANAGED_BY, ...(tag === undefined ? {} : { "istio.io/rev": tag }) },
      },
      spec: {
        gatewayClassName: "istio-waypoint",
        listeners: [{ name: "mesh", port: ISTIO_PORTS.hbone, protocol: "HBONE" }],
        infrastructure: { parametersRef: { group: "", kind: "ConfigMap", name: OPTIONS } },
      },
    },
  ];
}

/** Parts that istiod lays over the objects that it makes; these two kinds it makes only when it finds them here. */
function options({ ambient }: MeshConfig): Record<string, string> {
  const { replicas, cpuTarget } = ambient.waypoint;
  const metric = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuTarget } },
  };
  return {
    horizontalPodAutoscaler: stringify({
      spec: { minReplicas: replicas.min, maxReplicas: replicas.max, metrics: [metric] },
    }),
    // As of the other gateways: one pod at a time, and one that is not ready never blocks a drain.
    ...(replicas.min > 1
      ? {
          podDisruptionBudget: stringify({
            spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
          }),
        }
      : {}),
  };
}

/**
 * What closes both ways to a pod: its ztunnel lets in only the waypoint, so nobody passes the waypoint by, and the waypoint
 * lets in nobody that no policy of a Service names.
 */
export function waypointPolicies({ config, catalog }: StackData): AuthorizationPolicyObject[] {
  const policy = (name: string, spec: AuthorizationPolicyObject["spec"]): AuthorizationPolicyObject =>
    make("AuthorizationPolicy", named(name, catalog.namespace), spec);
  const identity = principal(config.mesh.trustDomain, catalog.namespace, WAYPOINT);
  return [
    policy("from-waypoint", { action: "ALLOW", rules: [{ from: [{ source: { principals: [identity] } }] }] }),
    policy("deny-all-at-waypoint", {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: WAYPOINT }],
    }),
  ];
}
