import { objectAt } from "../../kubernetes/object.ts";
import { containerPort, servicePort } from "./build.ts";
import { simpleChart } from "./simple-chart.ts";
import type { Representation } from "./types.ts";

/** The Service's ports that a mesh uses; the chart adds the old UDP ones. */
const SERVICE_PORTS = [
  servicePort("http-zipkin", 9411),
  servicePort("grpc-http", 14250),
  servicePort("http-c-binary-trft", 14268),
  servicePort("otlp-grpc", 4317),
  servicePort("otlp-http", 4318),
  servicePort("http-query", 16686),
  servicePort("grpc-query", 16685),
  servicePort("internal-metrics", 8888),
];

/** Jaeger v2, all in one. Defaults of the chart jaeger 4. */
export const jaeger: Representation = {
  defaults: { jaeger: { replicas: 1 } },
  objects: (release) =>
    simpleChart(release, {
      chart: "jaeger",
      containerName: "jaeger",
      pods: objectAt(release.values, "jaeger"),
      component: { "app.kubernetes.io/component": "all-in-one" },
      ports: [containerPort("otlp-grpc", 4317), containerPort("otlp-http", 4318), containerPort("query", 16686)],
      servicePorts: SERVICE_PORTS,
    }),
};
