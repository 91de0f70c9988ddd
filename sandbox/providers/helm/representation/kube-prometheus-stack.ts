import { numberAt, objectAt, stringAt, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  container,
  containerPort,
  disruptionBudget,
  flag,
  fullname,
  placement,
  service,
  serviceAccount,
  servicePort,
  statefulSet,
  type Identity,
} from "./build.ts";
import { grafana } from "./grafana.ts";
import { permissiveCrds } from "./permissive-crds.ts";
import { kubeStateMetrics, nodeExporter, part } from "./prometheus.ts";
import { simpleChart } from "./simple-chart.ts";
import type { RepresentedChart, Representation } from "./types.ts";

const KINDS = [
  "Alertmanager",
  "AlertmanagerConfig",
  "PodMonitor",
  "Probe",
  "Prometheus",
  "PrometheusAgent",
  "PrometheusRule",
  "ScrapeConfig",
  "ServiceMonitor",
  "ThanosRuler",
];

/** Kinds that the operator serves in v1alpha1 only. */
const ALPHA_KINDS = ["AlertmanagerConfig", "PrometheusAgent", "ScrapeConfig"];

/** The operator, and the pods that it would make. Volumes are left out. Defaults of the chart kube-prometheus-stack 88. */
export const kubePrometheusStack: Representation = {
  defaults: {
    alertmanager: { enabled: true, alertmanagerSpec: { replicas: 1 } },
    grafana: { enabled: true, ...grafana.defaults },
    kubeStateMetrics: { enabled: true },
    nodeExporter: { enabled: true },
    prometheus: { enabled: true, prometheusSpec: { replicas: 1 } },
    prometheusOperator: { enabled: true },
  },
  objects,
};

function objects(release: RepresentedChart): readonly KubernetesObject[] {
  const { values } = release;
  const base = fullname(release, "kube-prometheus-stack", 26);
  const enabled = (key: string) => flag(objectAt(values, key)["enabled"], true);
  return [
    ...definitions(),
    ...(enabled("prometheusOperator") ? operator(release, base) : []),
    ...(enabled("prometheus") ? madeByOperator(release, base, "prometheus", 9090) : []),
    ...(enabled("alertmanager") ? madeByOperator(release, base, "alertmanager", 9093) : []),
    ...part(release, "grafana", (chart) => grafana.objects(chart)),
    ...(enabled("kubeStateMetrics") ? part(release, "kube-state-metrics", kubeStateMetrics) : []),
    ...(enabled("nodeExporter") ? part(release, "prometheus-node-exporter", nodeExporter) : []),
  ];
}

function definitions(): readonly KubernetesObject[] {
  const stable = KINDS.filter((kind) => !ALPHA_KINDS.includes(kind));
  const group = "monitoring.coreos.com";
  return [...permissiveCrds(group, ["v1"], stable), ...permissiveCrds(group, ["v1alpha1"], ALPHA_KINDS)];
}

function operator(release: RepresentedChart, base: string): readonly KubernetesObject[] {
  const pods = objectAt(release.values, "prometheusOperator");
  return simpleChart(
    { ...release, values: pods },
    {
      chart: "kube-prometheus-stack-operator",
      name: `${base}-operator`,
      containerName: "kube-prometheus-stack",
      ports: [containerPort("https", 10250)],
      servicePorts: [servicePort("https", 443, "https")],
    },
  );
}

/** What the operator makes of a Prometheus or Alertmanager object: `prometheus-<object>` and a Service by the chart. */
function madeByOperator(
  release: RepresentedChart,
  base: string,
  what: string,
  port: number,
): readonly KubernetesObject[] {
  const spec = objectAt(release.values, what, `${what}Spec`);
  const object = `${base}-${what}`;
  const labels = { app: `kube-prometheus-stack-${what}`, release: release.name };
  const identity: Identity = { name: object, namespace: release.namespace, labels };
  const selector = { "app.kubernetes.io/name": what, [what]: object };
  const { enabled, ...budget } = objectAt(release.values, what, "podDisruptionBudget");
  const reloader = container("config-reloader", release.version, { requests: { cpu: "10m", memory: "50Mi" } });
  return [
    serviceAccount(identity),
    service(identity, selector, [
      servicePort("http-web", numberAt(release.values, port, what, "service", "port"), port),
    ]),
    ...(flag(enabled, false) ? [disruptionBudget(identity, selector, budget)] : []),
    statefulSet({
      ...identity,
      name: `${what}-${object}`,
      selector,
      podLabels: { ...labels },
      replicas: numberAt(spec, 1, "replicas"),
      containers: [container(what, release.version, spec["resources"], [containerPort("http-web", port)]), reloader],
      placement: placement(spec),
      serviceName: stringAt(spec, "serviceName") ?? `${what}-operated`,
      serviceAccountName: object,
    }),
  ];
}
