import { numberAt, type KubernetesObject } from "../../kubernetes/object.ts";
import { containerPort, servicePort } from "./build.ts";
import { simpleChart } from "./simple-chart.ts";
import type { RepresentedChart, Representation } from "./types.ts";

/** Grafana. Its volume is left out: the sandbox has no storage. Defaults of the chart grafana 12. */
export const grafana: Representation = {
  defaults: { replicas: 1, service: { type: "ClusterIP", port: 80, targetPort: 3000 } },
  objects: (release: RepresentedChart): readonly KubernetesObject[] =>
    simpleChart(release, {
      chart: "grafana",
      containerName: "grafana",
      ports: [containerPort("grafana", 3000)],
      servicePorts: [servicePort("service", numberAt(release.values, 80, "service", "port"), 3000)],
    }),
};
