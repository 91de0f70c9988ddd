/** Builders of the few kinds that representations consist of. */
import {
  isObject,
  numberAt,
  objectAt,
  stringAt,
  type JsonObject,
  type KubernetesObject,
} from "../../kubernetes/object.ts";
import type { RepresentedChart } from "./types.ts";

export type Labels = Readonly<Record<string, string>>;

/** Who and where an object is. */
export interface Identity {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations?: Labels;
}

/** A set of like pods. */
export interface Workload extends Identity {
  readonly selector: Labels;
  readonly podLabels?: Labels;
  readonly podAnnotations?: Labels;
  /** Pods; not for DaemonSets. */
  readonly replicas?: number;
  readonly containers: readonly JsonObject[];
  /** Affinity, tolerations, priority and the like; see `placement`. */
  readonly placement: JsonObject;
  readonly serviceAccountName?: string;
  readonly strategy?: JsonObject;
}

const PLACEMENT_KEYS = [
  "affinity",
  "nodeSelector",
  "priorityClassName",
  "terminationGracePeriodSeconds",
  "tolerations",
  "topologySpreadConstraints",
];

/** The pod fields that charts copy from their values under the same names. */
export function placement(values: unknown): JsonObject {
  const found = PLACEMENT_KEYS.map((key) => [key, objectAt(values)[key]] as const);
  return Object.fromEntries(found.filter(([, value]) => !isBlank(value)));
}

/**
 * A container that nothing runs. Its image cannot be pulled anywhere, so that a represented object that strays onto a
 * real cluster fails there instead of pretending.
 */
export function container(
  name: string,
  version: string,
  resources: unknown,
  ports: readonly JsonObject[] = [],
): JsonObject {
  const image = `sandbox.invalid/represented/${name}:${version.replace(/[^\w.-]/g, "_")}`;
  const requirements = compact(resources);
  return {
    name,
    image,
    ...(Object.keys(requirements).length > 0 ? { resources: requirements } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

/** A port of a container. */
export function containerPort(name: string, port: number, protocol = "TCP"): JsonObject {
  return { name, containerPort: port, protocol };
}

export function deployment(workload: Workload): KubernetesObject {
  const { replicas = 1, strategy } = workload;
  const spec = { replicas, ...(strategy === undefined ? {} : { strategy }), ...podSet(workload) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: metadataOf(workload), spec };
}

export function statefulSet(workload: Workload & { readonly serviceName: string }): KubernetesObject {
  const { replicas = 1, serviceName } = workload;
  const spec = { replicas, serviceName, podManagementPolicy: "Parallel", ...podSet(workload) };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: metadataOf(workload), spec };
}

export function daemonSet(workload: Workload): KubernetesObject {
  return { apiVersion: "apps/v1", kind: "DaemonSet", metadata: metadataOf(workload), spec: podSet(workload) };
}

export function service(
  identity: Identity,
  selector: Labels,
  ports: readonly unknown[],
  rest: JsonObject = {},
): KubernetesObject {
  return { apiVersion: "v1", kind: "Service", metadata: metadataOf(identity), spec: { ...rest, selector, ports } };
}

/** A port of a Service. */
export function servicePort(
  name: string,
  port: number,
  targetPort: number | string = port,
  protocol = "TCP",
): JsonObject {
  return { name, port, targetPort, protocol };
}

export function serviceAccount(identity: Identity): KubernetesObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: metadataOf(identity) };
}

export function configMap(identity: Identity, data: Labels): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(identity), data };
}

/** An autoscaler by CPU. It stays at its minimum: the sandbox has no metrics. */
export function autoscaler(
  identity: Identity,
  bounds: { readonly min: number; readonly max: number; readonly cpu: number; readonly behavior?: unknown },
): KubernetesObject {
  const { min, max, cpu, behavior } = bounds;
  const target = { type: "Utilization", averageUtilization: cpu };
  const spec = {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: identity.name },
    minReplicas: min,
    maxReplicas: max,
    metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
    ...(isBlank(behavior) ? {} : { behavior }),
  };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: metadataOf(identity), spec };
}

export function disruptionBudget(identity: Identity, selector: Labels, budget: JsonObject): KubernetesObject {
  const spec = { ...compact(budget), selector: { matchLabels: selector } };
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: metadataOf(identity), spec };
}

/**
 * The name that most charts give their objects: the release's name, with the chart's behind it unless it is in it.
 * @param limit Where the chart cuts names.
 */
export function fullname(release: RepresentedChart, chart: string, limit = 63): string {
  const override = stringAt(release.values, "fullnameOverride");
  const base = stringAt(release.values, "nameOverride") ?? chart;
  const name = override ?? (release.name.includes(base) ? release.name : `${release.name}-${base}`);
  return name.slice(0, limit).replace(/-$/, "");
}

/** The labels that most charts select by. */
export function selectorLabels(release: RepresentedChart, chart: string): Labels {
  const name = stringAt(release.values, "nameOverride") ?? chart;
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": release.name };
}

/** The labels that most charts put on everything. */
export function chartLabels(release: RepresentedChart, chart: string): Labels {
  return { "helm.sh/chart": `${chart}-${release.version}`.slice(0, 63), ...selectorLabels(release, chart) };
}

/** A flag in the values; `fallback` where it is not there. */
export function flag(value: unknown, fallback: boolean): boolean {
  return typeof value === "boolean" ? value : fallback;
}

/** Number of pods of a Deployment that may be autoscaled: then its minimum, where the sandbox keeps it. */
export function replicasOf(autoscaled: boolean, minimum: number, fixed: number): number {
  return autoscaled ? minimum : fixed;
}

/** The values of a service's `service` key that charts copy into its spec. */
export function serviceRest(values: unknown): JsonObject {
  const keys = [
    "type",
    "allocateLoadBalancerNodePorts",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "externalTrafficPolicy",
    "clusterIP",
  ];
  return Object.fromEntries(
    keys.map((key) => [key, objectAt(values)[key]] as const).filter(([, value]) => !isBlank(value)),
  );
}

/** The port that values name, or the chart's own. */
export function portOf(values: unknown, fallback: number, ...path: readonly string[]): number {
  return numberAt(values, fallback, ...path);
}

/** Strings of a map in the values, e.g. annotations. */
export function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectAt(value)).map(([key, entry]) => [key, String(entry)]));
}

/** Null, empty text, empty list or empty map: what a chart's `with` leaves out. */
export function isBlank(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

function compact(value: unknown): JsonObject {
  return Object.fromEntries(Object.entries(objectAt(value)).filter(([, entry]) => !isBlank(entry)));
}

function podSet(workload: Workload): JsonObject {
  const { selector, podLabels = {}, podAnnotations = {}, containers, serviceAccountName } = workload;
  return {
    selector: { matchLabels: selector },
    template: {
      metadata: {
        labels: { ...podLabels, ...selector },
        ...(Object.keys(podAnnotations).length > 0 ? { annotations: podAnnotations } : {}),
      },
      spec: { ...workload.placement, ...(serviceAccountName === undefined ? {} : { serviceAccountName }), containers },
    },
  };
}

function metadataOf({ name, namespace, labels, annotations = {} }: Identity): KubernetesObject["metadata"] {
  return {
    name,
    namespace,
    labels: { ...labels },
    ...(isBlank(annotations) ? {} : { annotations: { ...annotations } }),
  };
}
