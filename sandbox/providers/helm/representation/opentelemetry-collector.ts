import { numberAt, objectAt, stringAt, type KubernetesObject } from "../../kubernetes/object.ts";
import {
  chartLabels,
  containerPort,
  daemonSet,
  flag,
  fullname,
  selectorLabels,
  serviceAccount,
  servicePort,
  statefulSet,
} from "./build.ts";
import { simpleChart, workloadOf, type SimpleChart } from "./simple-chart.ts";
import type { RepresentedChart, Representation } from "./types.ts";

const CHART = "opentelemetry-collector";

/** The OpenTelemetry collector in each of its modes. Defaults of the chart opentelemetry-collector 0.170. */
export const opentelemetryCollector: Representation = {
  defaults: {
    mode: "deployment",
    replicaCount: 1,
    ports: {
      otlp: { enabled: true, containerPort: 4317, servicePort: 4317 },
      "otlp-http": { enabled: true, containerPort: 4318, servicePort: 4318 },
      "jaeger-thrift": { enabled: true, containerPort: 14268, servicePort: 14268 },
      "jaeger-grpc": { enabled: true, containerPort: 14250, servicePort: 14250 },
      zipkin: { enabled: true, containerPort: 9411, servicePort: 9411 },
      metrics: { enabled: false, containerPort: 8888, servicePort: 8888 },
    },
  },
  objects,
};

function objects(release: RepresentedChart): readonly KubernetesObject[] {
  const mode = stringAt(release.values, "mode") ?? "deployment";
  const chart = describe(release, mode);
  if (mode === "deployment") {
    return simpleChart(release, chart);
  }
  const name = fullname(release, CHART);
  const labels = { ...chartLabels(release, CHART), ...chart.component };
  const identity = { name, namespace: release.namespace, labels };
  const selector = { ...selectorLabels(release, CHART), ...chart.component };
  const workload = workloadOf(release, chart, identity, selector, name);
  const pods = mode === "daemonset" ? daemonSet(workload) : statefulSet({ ...workload, serviceName: name });
  return [serviceAccount(identity), pods];
}

function describe(release: RepresentedChart, mode: string): SimpleChart {
  const ports = Object.entries(objectAt(release.values, "ports")).filter(([, port]) =>
    flag(objectAt(port)["enabled"], false),
  );
  const component =
    mode === "deployment" ? "standalone-collector" : mode === "daemonset" ? "agent-collector" : "statefulset-collector";
  return {
    chart: CHART,
    containerName: CHART,
    component: { component },
    ports: ports.map(([name, port]) => containerPort(name, numberAt(port, 0, "containerPort"), protocolOf(port))),
    servicePorts: ports.map(([name, port]) =>
      servicePort(name, numberAt(port, 0, "servicePort"), numberAt(port, 0, "containerPort"), protocolOf(port)),
    ),
  };
}

function protocolOf(port: unknown): string {
  return stringAt(port, "protocol") ?? "TCP";
}
