import type { DeploymentObject, ServiceObject } from "../../mesh/kubernetes/objects.ts";
import type { PodSet } from "./types.ts";
import { appKey, hasLabels, keyOf, namespaceOf, type World } from "./world.ts";

/** Pods with the same labels: those of one Deployment. */
export interface PodGroup extends PodSet {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** Ports of the containers by name. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The Deployments behind a Service, narrowed to a subset's labels. */
export function podsOf(
  world: World,
  service: ServiceObject,
  subset: Readonly<Record<string, string>> = {},
): PodGroup[] {
  const selector = service.spec.selector ?? {};
  return (world.deployments.get(appKey(namespaceOf(service), selector)) ?? [])
    .filter(({ spec }) => hasLabels(spec.template.metadata.labels, { ...selector, ...subset }))
    .map((deployment) => podGroup(world, deployment));
}

function podGroup(world: World, deployment: DeploymentObject): PodGroup {
  const scaler = world.autoscalers.get(keyOf(deployment));
  const fixed = deployment.spec.replicas ?? 1;
  return {
    deployment: deployment.metadata.name,
    min: scaler?.spec.minReplicas ?? fixed,
    max: scaler?.spec.maxReplicas ?? fixed,
    namespace: namespaceOf(deployment),
    labels: deployment.spec.template.metadata.labels,
    serviceAccount: deployment.spec.template.spec.serviceAccountName ?? "default",
    ports: Object.fromEntries(
      deployment.spec.template.spec.containers.flatMap(({ ports = [] }) =>
        ports.map(({ name = "", containerPort }) => [name, containerPort]),
      ),
    ),
  };
}
