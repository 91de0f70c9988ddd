import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../config/errors.ts";
import { proxy } from "../../config/schema/mesh/proxy.ts";
import { isAmbient, WAYPOINT } from "../ambient/waypoint.ts";
import type { StackData } from "../stack.ts";
import type { Check } from "./index.ts";

/** What a mesh without sidecars cannot do, or has no pod for. */
export const checkAmbient: Check = (stack) =>
  isAmbient(stack.config.mesh)
    ? [...nodeAgent(stack), ...sidecarSettings(stack), ...clusters(stack), ...envoyFilters(stack), ...names(stack)]
    : [];

function nodeAgent({ config }: StackData): Problem[] {
  return config.mesh.cni.enabled
    ? []
    : [
        {
          path: "mesh.cni.enabled",
          message:
            "expected true, because mesh.mode is ambient, where istio-cni leads the pods' traffic to ztunnel; got false",
          hint: "remove the key, or set mesh.mode: sidecar",
        },
      ];
}

/** Settings of a proxy in every pod; those of mesh.proxy that gateways and waypoints read too are no problem. */
function sidecarSettings({ config }: StackData): Problem[] {
  const defaults = proxy.parse({});
  return isDeepStrictEqual(config.mesh.proxy.resources, defaults.resources)
    ? []
    : [
        {
          path: "mesh.proxy.resources",
          message:
            "expected nothing, because mesh.mode is ambient and no pod has a sidecar; got resources of a sidecar",
          hint: "size mesh.ambient.ztunnel.resources and mesh.ambient.waypoint.resources in its place",
        },
      ];
}

/** Istio calls ambient meshes of several networks alpha in 1.30; their east-west gateway is another one. */
function clusters({ config }: StackData): Problem[] {
  const { eastWestGateway, remoteClusters } = config.mesh.multiCluster;
  return [
    ...(eastWestGateway.enabled ? ["mesh.multiCluster.eastWestGateway.enabled"] : []),
    ...(remoteClusters.length > 0 ? ["mesh.multiCluster.remoteClusters"] : []),
  ].map((path) => ({
    path,
    message:
      "expected one cluster, because mesh.mode is ambient, which Istio 1.30 joins to others only as an alpha feature",
    hint: "remove it, or set mesh.mode: sidecar",
  }));
}

/** Waypoints take no EnvoyFilter. Source: istio.io, "Migrate policies" to ambient, read 2026-11-21. */
function envoyFilters({ catalog }: StackData): Problem[] {
  return Object.entries(catalog.services)
    .filter(([, { rateLimits }]) => rateLimits.local.length > 0)
    .map(([name]) => ({
      path: `services.${name}.rateLimits.local`,
      message:
        "expected none, because mesh.mode is ambient and waypoints silently ignore the EnvoyFilter that limits are made of",
      hint: "remove them, or set mesh.mode: sidecar",
    }));
}

/** istiod makes a Service, a ServiceAccount and a Deployment of this name beside the application's. */
function names({ catalog }: StackData): Problem[] {
  return WAYPOINT in catalog.services
    ? [
        {
          path: `services.${WAYPOINT}`,
          message: `expected another name: mesh.mode is ambient, and the namespace's waypoint is called ${WAYPOINT}`,
        },
      ]
    : [];
}
