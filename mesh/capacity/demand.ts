import type { ServiceSpec } from "../stack/catalog.ts";
import type { MeshConfig } from "../stack/mesh.ts";
import { isAmbient } from "../features/data-plane/waypoint.ts";
import { controlPlanes, istiodName } from "../features/control-plane/revisions/control-planes.ts";
import { deploymentName } from "../kubernetes/names.ts";
import { addonPods } from "../features/observability/pods.ts";
import { rateLimitPods } from "../features/rate-limits/service/pods.ts";
import type { StackData } from "../stack/stack.ts";
import { replicasOf } from "../stack/replicas.ts";
import type { PoolName } from "../aws/schema/node-pool.ts";
import { certificatePods, clusterControllers } from "./cluster-pods.ts";
import { podRequest, type PodSet } from "../kubernetes/pod-requests.ts";

/**
 * The pods of a stack that must have a node at the same time, by pool: every autoscaler at its top. The second set of pods
 * that a rolling update starts is not among them. On a cluster that exists, its own add-ons are not either: what is declared
 * of its nodes is what they leave free.
 */
export function podDemand(stack: StackData): Record<PoolName, PodSet[]> {
  const { config } = stack;
  return {
    system: [
      ...meshPods(stack),
      ...addonPods(stack),
      ...certificatePods(stack),
      ...(config.platform.kind === "eks" ? clusterControllers(stack) : []),
    ],
    workload: [...applicationPods(stack), ...rateLimitPods(stack)],
  };
}

function meshPods({ config }: StackData): PodSet[] {
  const { istiod, ingressGateway, egressGateway, internalGateway, multiCluster } = config.mesh;
  const { eastWestGateway } = multiCluster;
  const parts: MeshPart[] = [
    ...controlPlanes(config.mesh).map((plane) => ({ name: istiodName(plane), part: istiod })),
    { name: "the ingress gateway", part: ingressGateway },
    ...(egressGateway.enabled ? [{ name: "the egress gateway", part: egressGateway }] : []),
    ...(eastWestGateway.enabled ? [{ name: "the east-west gateway", part: eastWestGateway }] : []),
    ...waypoints(config.mesh),
    ...(internalGateway.enabled ? [{ name: "the internal gateway", part: internalGateway }] : []),
  ];
  return parts.map(podsOf);
}

/** The pods that run in the application's own namespace: its services', and the waypoint's of an ambient mesh. */
export function namespacePods(stack: StackData): PodSet[] {
  return [...applicationPods(stack), ...waypoints(stack.config.mesh).map(podsOf)];
}

interface MeshPart {
  readonly name: string;
  readonly part: MeshConfig["ambient"]["waypoint"] | MeshConfig["istiod"];
}

function waypoints(mesh: MeshConfig): MeshPart[] {
  return isAmbient(mesh) ? [{ name: "the waypoint", part: mesh.ambient.waypoint }] : [];
}

function podsOf({ name, part }: MeshPart): PodSet {
  return { name, pods: part.replicas.max, request: podRequest(part.resources.requests) };
}

/** Every version of every service, each pod with its sidecar where there are sidecars. */
function applicationPods({ config, catalog }: StackData): PodSet[] {
  const sidecarOf = ({ sidecar }: ServiceSpec) =>
    isAmbient(config.mesh) ? [] : [(sidecar.resources ?? config.mesh.proxy.resources).requests];
  return Object.entries(catalog.services).flatMap(([service, spec]) =>
    Object.entries(spec.versions).map(([version, versionSpec]) => ({
      name: deploymentName(service, version),
      pods: replicasOf(spec, versionSpec).max,
      request: podRequest(spec.resources.requests, ...sidecarOf(spec)),
    })),
  );
}
