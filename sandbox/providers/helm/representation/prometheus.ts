import { numberAt, objectAt, stringAt, type JsonObject, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  chartLabels,
  container,
  containerPort,
  daemonSet,
  flag,
  placement,
  selectorLabels,
  servicePort,
  statefulSet,
  serviceAccount,
  type Identity,
} from "./build.ts";
import { simpleChart } from "./simple-chart.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** Prometheus with the parts that its values switch on. Volumes are left out. Defaults of the chart prometheus 29. */
export const prometheus: Representation = {
  defaults: {
    server: { name: "server", replicaCount: 1, service: { type: "ClusterIP", servicePort: 80 } },
    configmapReload: { prometheus: { enabled: true } },
    alertmanager: { enabled: true },
    "kube-state-metrics": { enabled: true },
    "prometheus-node-exporter": { enabled: true },
    "prometheus-pushgateway": { enabled: true },
  },
  objects: (release) => [
    ...server(release),
    ...part(release, "alertmanager", alertmanager),
    ...part(release, "kube-state-metrics", kubeStateMetrics),
    ...part(release, "prometheus-node-exporter", nodeExporter),
    ...part(release, "prometheus-pushgateway", pushgateway),
  ],
};

function server(release: RepresentedChart): readonly KubernetesObject[] {
  const pods = objectAt(release.values, "server");
  const suffix = stringAt(pods, "name") ?? "server";
  const base = release.name.includes("prometheus") ? release.name : `${release.name}-prometheus`;
  const port = objectAt(pods, "service")["servicePort"];
  const reloads = flag(objectAt(release.values, "configmapReload", "prometheus")["enabled"], true);
  const reloadResources = objectAt(release.values, "configmapReload", "prometheus")["resources"];
  return simpleChart(withAccount(release, "server"), {
    chart: "prometheus",
    name: stringAt(pods, "fullnameOverride") ?? `${base}-${suffix}`,
    containerName: "prometheus-server",
    pods,
    component: { "app.kubernetes.io/component": suffix },
    ports: [containerPort("http", 9090)],
    servicePorts: [servicePort("http", typeof port === "number" ? port : 80, 9090)],
    sidecars: reloads ? [container("prometheus-server-configmap-reload", release.version, reloadResources)] : [],
  });
}

/** The chart keeps its accounts in a list of its own: `serviceAccounts.server`. */
function withAccount(release: RepresentedChart, part: string): RepresentedChart {
  return {
    ...release,
    values: { ...release.values, serviceAccount: objectAt(release.values, "serviceAccounts", part) },
  };
}

type Part = (release: RepresentedChart) => readonly KubernetesObject[];

/** A subchart: its values lie below its name, and its objects are named as if it were a release of its own. */
export function part(release: RepresentedChart, key: string, build: Part): readonly KubernetesObject[] {
  const values = objectAt(release.values, key);
  return flag(values["enabled"], true) ? build({ ...release, values }) : [];
}

export function kubeStateMetrics(release: RepresentedChart): readonly KubernetesObject[] {
  return simpleChart(release, {
    chart: "kube-state-metrics",
    containerName: "kube-state-metrics",
    ports: [containerPort("http", 8080)],
    servicePorts: [servicePort("http", 8080)],
  });
}

function pushgateway(release: RepresentedChart): readonly KubernetesObject[] {
  return simpleChart(release, {
    chart: "prometheus-pushgateway",
    containerName: "pushgateway",
    ports: [containerPort("metrics", 9091)],
    servicePorts: [servicePort("http", 9091)],
  });
}

function alertmanager(release: RepresentedChart): readonly KubernetesObject[] {
  const identity = identityOf(release, "alertmanager");
  const pods = {
    ...identity,
    selector: selectorLabels(release, "alertmanager"),
    podLabels: identity.labels,
    containers: [
      container("alertmanager", release.version, release.values["resources"], [containerPort("http", 9093)]),
    ],
    placement: placement(release.values),
    serviceAccountName: identity.name,
  };
  return [
    serviceAccount(identity),
    statefulSet({
      ...pods,
      replicas: numberAt(release.values, 1, "replicaCount"),
      serviceName: `${identity.name}-headless`,
    }),
  ];
}

const NODE_TOLERATIONS: readonly JsonObject[] = [{ effect: "NoSchedule", operator: "Exists" }];

export function nodeExporter(release: RepresentedChart): readonly KubernetesObject[] {
  const identity = identityOf(release, "prometheus-node-exporter");
  return [
    serviceAccount(identity),
    daemonSet({
      ...identity,
      selector: selectorLabels(release, "prometheus-node-exporter"),
      podLabels: identity.labels,
      containers: [
        container("node-exporter", release.version, release.values["resources"], [containerPort("metrics", 9100)]),
      ],
      placement: { tolerations: NODE_TOLERATIONS, ...placement(release.values) },
      serviceAccountName: identity.name,
    }),
  ];
}

function identityOf(release: RepresentedChart, chart: string): Identity {
  const { namespace } = release;
  return { name: `${release.name}-${chart}`.slice(0, 63), namespace, labels: chartLabels(release, chart) };
}
