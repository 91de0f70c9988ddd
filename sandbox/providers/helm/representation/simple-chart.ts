import { numberAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  autoscaler,
  chartLabels,
  container,
  containerPort,
  deployment,
  disruptionBudget,
  flag,
  fullname,
  isBlank,
  placement,
  replicasOf,
  selectorLabels,
  service,
  serviceAccount,
  serviceRest,
  stringsOf,
  type Identity,
  type Workload,
} from "./build.ts";
import type { RepresentedChart } from "./types.ts";

/** What differs between charts that make one Deployment with one Service. */
export interface SimpleChart {
  /** Chart name: also the value of `app.kubernetes.io/name`. */
  readonly chart: string;
  readonly containerName: string;
  readonly ports: readonly JsonObject[];
  /** Ports of the Service; none: no Service. */
  readonly servicePorts: readonly JsonObject[];
  /** The part of the values that describes the pods; default: all of them. */
  readonly pods?: JsonObject;
  /** Name of the Deployment; default: the chart's full name. */
  readonly name?: string;
  /** Labels beyond the usual ones, selected by, too. */
  readonly component?: Readonly<Record<string, string>>;
  /** Pods when the values do not say. */
  readonly replicas?: number;
  /** Security contexts, where the chart's namespace enforces a Pod Security Standard. Default: none. */
  readonly security?: { readonly pod?: JsonObject; readonly container: JsonObject };
  /** Containers beside the first. */
  readonly sidecars?: readonly JsonObject[];
}

/** A chart of one Deployment: its ServiceAccount, Service, autoscaler and disruption budget, where its values ask for them. */
export function simpleChart(release: RepresentedChart, chart: SimpleChart): readonly KubernetesObject[] {
  const { values, namespace } = release;
  const pods = chart.pods ?? values;
  const name = chart.name ?? fullname(release, chart.chart);
  const labels = { ...chartLabels(release, chart.chart), ...chart.component };
  const identity: Identity = { name, namespace, labels };
  const selector = { ...selectorLabels(release, chart.chart), ...chart.component };
  const account = objectAt(values, "serviceAccount");
  const accountName = stringAt(account, "name") ?? name;
  const accountIdentity = { ...identity, name: accountName, annotations: stringsOf(account["annotations"]) };
  const given = objectAt(pods, "service");
  const served = { ...identity, annotations: stringsOf(given["annotations"]) };
  return [
    ...(flag(account["create"], true) ? [serviceAccount(accountIdentity)] : []),
    ...(chart.servicePorts.length > 0 ? [service(served, selector, chart.servicePorts, serviceRest(given))] : []),
    ...budget(identity, selector, pods),
    deployment(workloadOf(release, chart, identity, selector, accountName)),
    ...scaler(identity, pods),
  ];
}

/** The pods of such a chart, for those that make something else than a Deployment of them. */
export function workloadOf(
  release: RepresentedChart,
  chart: SimpleChart,
  identity: Identity,
  selector: Readonly<Record<string, string>>,
  serviceAccountName: string,
): Workload {
  const pods = chart.pods ?? release.values;
  const fixed = numberAt(pods, numberAt(pods, chart.replicas ?? 1, "replicas"), "replicaCount");
  const scaled = isAutoscaled(pods);
  return {
    ...identity,
    selector,
    podLabels: { ...identity.labels, ...stringsOf(pods["podLabels"]) },
    podAnnotations: stringsOf(pods["podAnnotations"]),
    replicas: replicasOf(scaled, numberAt(pods, 1, "autoscaling", "minReplicas"), fixed),
    containers: [
      {
        ...container(chart.containerName, release.version, pods["resources"], chart.ports),
        ...(chart.security === undefined ? {} : { securityContext: chart.security.container }),
      },
      ...(chart.sidecars ?? []),
    ],
    placement: {
      ...placement(pods),
      ...(chart.security?.pod === undefined ? {} : { securityContext: chart.security.pod }),
    },
    serviceAccountName,
  };
}

/** A TCP port under one name in container and Service. */
export function httpPort(name: string, port: number): JsonObject {
  return containerPort(name, port);
}

function isAutoscaled(pods: JsonObject): boolean {
  return flag(objectAt(pods, "autoscaling")["enabled"], false);
}

function scaler(identity: Identity, pods: JsonObject): readonly KubernetesObject[] {
  if (!isAutoscaled(pods)) {
    return [];
  }
  const given = objectAt(pods, "autoscaling");
  const cpu = numberAt(given, numberAt(given, 80, "targetCPU"), "targetCPUUtilizationPercentage");
  const [min, max] = [numberAt(given, 1, "minReplicas"), numberAt(given, 5, "maxReplicas")];
  return [autoscaler(identity, { min, max, cpu, behavior: given["behavior"] })];
}

/** Charts take a budget's fields with or without an `enabled` beside them. */
function budget(
  identity: Identity,
  selector: Readonly<Record<string, string>>,
  pods: JsonObject,
): readonly KubernetesObject[] {
  const { enabled, ...rule } = objectAt(pods, "podDisruptionBudget");
  const fields = Object.fromEntries(
    Object.entries(rule).filter(([key, value]) => ["minAvailable", "maxUnavailable"].includes(key) && !isBlank(value)),
  );
  const wanted = flag(enabled, !isBlank(fields));
  return wanted ? [disruptionBudget(identity, selector, isBlank(fields) ? { maxUnavailable: 1 } : fields)] : [];
}
