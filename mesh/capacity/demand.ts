import { dataPlaneOf } from "../features/data-plane/data-plane-of.ts";
import type { MeshConfig } from "../stack/mesh.ts";
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

function meshPods(stack: StackData): PodSet[] {
  const { mesh } = stack.config;
  const { istiod, ingressGateway, egressGateway, internalGateway, multiCluster } = mesh;
  const { eastWestGateway } = multiCluster;
  const parts: MeshPart[] = [
    ...controlPlanes(mesh).map((plane) => ({ name: istiodName(plane), part: istiod })),
    { name: "the ingress gateway", part: ingressGateway },
    ...(egressGateway.enabled ? [{ name: "the egress gateway", part: egressGateway }] : []),
    ...(eastWestGateway.enabled ? [{ name: "the east-west gateway", part: eastWestGateway }] : []),
    ...sharedProxies(stack),
    ...(internalGateway.enabled ? [{ name: "the internal gateway", part: internalGateway }] : []),
  ];
  return parts.map(podsOf);
}

/** The pods that run in the application's own namespace: its services', and the waypoint's of an ambient mesh. */
export function namespacePods(stack: StackData): PodSet[] {
  return [...applicationPods(stack), ...sharedProxies(stack).map(podsOf)];
}

interface MeshPart {
  readonly name: string;
  readonly part: Pick<MeshConfig["istiod"], "replicas" | "resources">;
}

function sharedProxies(stack: StackData): MeshPart[] {
  return dataPlaneOf(stack)
    .sharedProxies()
    .map(({ name, settings }) => ({ name, part: settings }));
}

function podsOf({ name, part }: MeshPart): PodSet {
  return { name, pods: part.replicas.max, request: podRequest(part.resources.requests) };
}

/** Every version of every service, each pod with its proxy where it has one. */
function applicationPods(stack: StackData): PodSet[] {
  const plane = dataPlaneOf(stack);
  return Object.entries(stack.catalog.services).flatMap(([service, spec]) =>
    Object.entries(spec.versions).map(([version, versionSpec]) => ({
      name: deploymentName(service, version),
      pods: replicasOf(spec, versionSpec).max,
      request: podRequest(spec.resources.requests, ...plane.proxyRequests(spec.sidecar.resources?.requests)),
    })),
  );
}
