import type { DeploymentObject, ServiceObject } from "../../mesh/kubernetes/objects.ts";
import { hasLabels, keyOf, namespaceOf, type Labels } from "../objects/object.ts";
import type { PodSet } from "./types.ts";
import { appKey, type World } from "./world.ts";

/** Pods with the same labels: those of one Deployment. */
export interface PodGroup extends PodSet {
  readonly namespace: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Ports of the containers by name. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The Deployments behind a Service, narrowed to a subset's labels. */
export function podsOf(world: World, service: ServiceObject, subset: Labels = {}): PodGroup[] {
  const selector = service.spec.selector ?? {};
  return (world.deployments.get(appKey(namespaceOf(service), selector)) ?? [])
    .filter(({ spec }) => hasLabels(spec.template.metadata.labels, { ...selector, ...subset }))
    .map((deployment) => podGroup(world, deployment));
}

function podGroup(world: World, deployment: DeploymentObject): PodGroup {
  const { replicas = 1, template } = deployment.spec;
  const { minReplicas: min = replicas, maxReplicas: max = replicas } =
    world.autoscalers.get(keyOf(deployment))?.spec ?? {};
  const ports = template.spec.containers.flatMap((container) => container.ports ?? []);
  return {
    deployment: deployment.metadata.name,
    min,
    max,
    namespace: namespaceOf(deployment),
    labels: template.metadata.labels,
    serviceAccount: template.spec.serviceAccountName ?? "default",
    ports: Object.fromEntries(ports.map(({ name = "", containerPort }) => [name, containerPort])),
  };
}
