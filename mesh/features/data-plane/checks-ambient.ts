import { problemIf, problemUnless, type Problem } from "../../stack/errors.ts";
import { isSet } from "../../stack/paths.ts";
import { isEveryPath } from "./attach.ts";
import { isAmbient, WAYPOINT } from "./waypoint.ts";
import type { StackData } from "../../stack/stack.ts";
import type { Check } from "../../stack/check.ts";

/** What a mesh without sidecars cannot do, or has no pod for; and with sidecars what only the other mode reads. */
export const checkAmbient: Check = (stack) =>
  isAmbient(stack.config.mesh)
    ? [
        ...nodeAgent(stack),
        ...sidecarSettings(stack),
        ...clusters(stack),
        ...envoyFilters(stack),
        ...strangers(stack),
        ...wayOut(stack),
        ...names(stack),
      ]
    : ambientSettings(stack);

/** Settings of proxies that a mesh with sidecars does not have: nobody would read them. */
function ambientSettings({ written }: StackData): Problem[] {
  return (["ztunnel", "waypoint"] as const)
    .filter((key) => isSet(written?.config, ["mesh", "ambient", key]))
    .map((key) => ({
      path: `mesh.ambient.${key}`,
      message: `expected nothing, because mesh.mode is sidecar and there is no ${key}; got settings of one`,
      remediation: "remove them, or set mesh.mode: ambient",
    }));
}

/**
 * Callers without a certificate never meet the waypoint, and ztunnel reads no request: an ALLOW that asks for more than a connection
 * shows matches nothing there. Source: istio/istio 1.30.3, pilot/pkg/serviceregistry/ambient/authorization.go.
 */
function strangers({ catalog }: StackData): Problem[] {
  return Object.entries(catalog.services).flatMap(([name, { access }]) =>
    Object.entries(access)
      .filter(([, { from, methods, paths, hosts, token }]) => {
        const asksForRequests = methods !== undefined || hosts !== undefined || typeof token === "object";
        return from.addresses !== undefined && (asksForRequests || !isEveryPath(paths));
      })
      .map(([caller]) => ({
        path: `services.${name}.access.${caller}.from.addresses`,
        message:
          "expected principals or namespaces, because mesh.mode is ambient: callers without a certificate do not pass the waypoint, and ztunnel reads no method, path, host or token; got addresses",
        remediation:
          'allow it every request of a port (paths: ["/*"] and no methods, hosts or token), or set mesh.mode: sidecar',
      })),
  );
}

/** ztunnel hands on what it does not know, whatever the mesh says. Source: istio/ztunnel, src/proxy/outbound.rs, read 2026-11-21. */
function wayOut({ config }: StackData): Problem[] {
  return problemIf(
    config.mesh.outboundTraffic === "REGISTRY_ONLY" && !config.security.networkPolicies,
    "security.networkPolicies",
    "expected true, because mesh.mode is ambient and mesh.outboundTraffic REGISTRY_ONLY: ztunnel lets calls of unknown hosts pass, so that NetworkPolicies alone keep them in; got false",
    "remove the key, or set mesh.outboundTraffic: ALLOW_ANY",
  );
}

function nodeAgent({ config }: StackData): Problem[] {
  return problemUnless(
    config.mesh.cni.enabled,
    "mesh.cni.enabled",
    "expected true, because mesh.mode is ambient, where istio-cni leads the pods' traffic to ztunnel; got false",
    "remove the key, or set mesh.mode: sidecar",
  );
}

/** Settings of a proxy in every pod; those of mesh.proxy that gateways and waypoints read too are no problem. */
function sidecarSettings({ written }: StackData): Problem[] {
  return problemIf(
    isSet(written?.config, ["mesh", "proxy", "resources"]),
    "mesh.proxy.resources",
    "expected nothing, because mesh.mode is ambient and no pod has a sidecar; got resources of a sidecar",
    "size mesh.ambient.ztunnel.resources and mesh.ambient.waypoint.resources in its place",
  );
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
    remediation: "remove it, or set mesh.mode: sidecar",
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
      remediation: "remove them, or set mesh.mode: sidecar",
    }));
}

/** istiod makes a Service, a ServiceAccount and a Deployment of this name beside the application's. */
function names({ catalog }: StackData): Problem[] {
  return problemIf(
    WAYPOINT in catalog.services,
    `services.${WAYPOINT}`,
    `expected another name: mesh.mode is ambient, and the namespace's waypoint is called ${WAYPOINT}`,
  );
}
