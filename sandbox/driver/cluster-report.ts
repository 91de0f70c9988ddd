import { KubernetesClient } from "../cluster/client.ts";
import { readKubeconfig } from "../cluster/kubeconfig.ts";
import { isObject, listAt, objectAt, stringAt, type JsonObject } from "../../mesh/kubernetes/fields.ts";
import { placeholderImagesOf, restartsOf, type RestartReport } from "./container-report.ts";

/** Deployments and pods of one namespace. */
export interface NamespaceReport {
  readonly name: string;
  readonly deployments: number;
  readonly deploymentsAvailable: number;
  /** Pods that are to run on: finished ones do not count. */
  readonly pods: number;
  readonly podsScheduled: number;
  readonly podsReady: number;
}

/** What runs according to the API server, at one moment. */
export interface ClusterReport {
  /** Zone and number of its nodes. */
  readonly nodesByZone: Readonly<Record<string, number>>;
  /** Those with pods or Deployments, by name. */
  readonly namespaces: readonly NamespaceReport[];
  /**
   * One sentence for each Deployment that is not Available, each that its autoscaler has not brought to the minimum yet,
   * and each pod that has no node; empty when all is well.
   */
  readonly faults: readonly string[];
  /** Containers that were restarted or wait to be. */
  readonly restarts: readonly RestartReport[];
  /** Images in whose place a container runs that only answers. */
  readonly placeholderImages: readonly string[];
}

/** Looks for itself, through the API and not through what the engine reported. */
export async function reportCluster(kubeconfig: string, signal?: AbortSignal): Promise<ClusterReport> {
  const client = new KubernetesClient(await readKubeconfig(kubeconfig));
  try {
    const [nodes, deployments, pods, autoscalers] = await Promise.all(
      [
        "/api/v1/nodes",
        "/apis/apps/v1/deployments",
        "/api/v1/pods",
        "/apis/autoscaling/v2/horizontalpodautoscalers",
      ].map(async (path) => {
        const list = await client.call("GET", path, signal === undefined ? {} : { signal });
        return listAt(list as unknown as JsonObject, "items").filter((item) => isObject(item));
      }),
    );
    return buildReport(nodes ?? [], deployments ?? [], pods ?? [], autoscalers ?? []);
  } finally {
    client.close();
  }
}

/** The report for these lists of API objects. */
export function buildReport(
  nodes: readonly JsonObject[],
  deployments: readonly JsonObject[],
  allPods: readonly JsonObject[],
  autoscalers: readonly JsonObject[],
): ClusterReport {
  const pods = allPods.filter(
    (pod) => !["Succeeded", "Failed"].includes(stringAt(objectAt(pod, "status"), "phase") ?? ""),
  );
  const names = [...new Set([...deployments, ...pods].map(namespaceOf))].sort();
  const namespaces = names.map((name) => reportNamespace(name, deployments, pods));
  const zones = nodes.map(
    (node) => stringAt(objectAt(objectAt(node, "metadata"), "labels"), "topology.kubernetes.io/zone") ?? "(no zone)",
  );
  const nodesByZone = Object.fromEntries(
    [...new Set(zones)].sort().map((zone) => [zone, zones.filter((other) => other === zone).length]),
  );
  const faults = [
    ...deployments
      .filter((item) => !isAvailable(item))
      .map((item) => `Deployment ${fullName(item)} is not Available: ${conditionMessage(item, "Available")}`),
    ...autoscalers.flatMap((item) => belowMinimum(item, deployments)),
    ...pods
      .filter((item) => !isScheduled(item))
      .map((item) => `Pod ${fullName(item)} has no node: ${conditionMessage(item, "PodScheduled")}`),
  ];
  return {
    nodesByZone,
    namespaces,
    faults,
    restarts: restartsOf(pods),
    placeholderImages: placeholderImagesOf(pods),
  };
}

function reportNamespace(
  name: string,
  deployments: readonly JsonObject[],
  pods: readonly JsonObject[],
): NamespaceReport {
  const own = deployments.filter((item) => namespaceOf(item) === name);
  const ownPods = pods.filter((item) => namespaceOf(item) === name);
  return {
    name,
    deployments: own.length,
    deploymentsAvailable: own.filter(isAvailable).length,
    pods: ownPods.length,
    podsScheduled: ownPods.filter(isScheduled).length,
    podsReady: ownPods.filter((item) => hasCondition(item, "Ready")).length,
  };
}

/** The condition alone may be a moment old: the status must be of the spec as it is now. */
function isAvailable(deployment: JsonObject): boolean {
  const observed = objectAt(deployment, "status")["observedGeneration"];
  const current = objectAt(deployment, "metadata")["generation"];
  return (
    hasCondition(deployment, "Available") &&
    typeof observed === "number" &&
    typeof current === "number" &&
    observed >= current
  );
}

/** A Deployment starts with one pod and is Available with it: only its autoscaler knows how many there should be. */
function belowMinimum(autoscaler: JsonObject, deployments: readonly JsonObject[]): string[] {
  const spec = objectAt(autoscaler, "spec");
  const target = stringAt(objectAt(spec, "scaleTargetRef"), "name");
  const deployment = deployments.find(
    (item) => namespaceOf(item) === namespaceOf(autoscaler) && stringAt(objectAt(item, "metadata"), "name") === target,
  );
  const minimum = numberOf(spec["minReplicas"], 1);
  const ready = deployment === undefined ? 0 : numberOf(objectAt(deployment, "status")["readyReplicas"], 0);
  return ready >= minimum
    ? []
    : [`HorizontalPodAutoscaler ${fullName(autoscaler)} wants ${minimum} pods of its Deployment, ${ready} are ready`];
}

function numberOf(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function isScheduled(pod: JsonObject): boolean {
  return stringAt(objectAt(pod, "spec"), "nodeName") !== undefined;
}

function hasCondition(item: JsonObject, type: string): boolean {
  return stringAt(condition(item, type), "status") === "True";
}

function conditionMessage(item: JsonObject, type: string): string {
  return stringAt(condition(item, type), "message") ?? "no status yet";
}

function condition(item: JsonObject, type: string): JsonObject | undefined {
  return listAt(objectAt(item, "status"), "conditions")
    .filter(isObject)
    .find((entry) => stringAt(entry, "type") === type);
}

function namespaceOf(item: JsonObject): string {
  return stringAt(objectAt(item, "metadata"), "namespace") ?? "";
}

function fullName(item: JsonObject): string {
  return `${namespaceOf(item)}/${stringAt(objectAt(item, "metadata"), "name") ?? ""}`;
}
