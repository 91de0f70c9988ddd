import { numberAt, objectAt, stringAt, type JsonObject } from "../../kubernetes/object.ts";
import { containerPort, isBlank, servicePort } from "./build.ts";
import { simpleChart } from "./simple-chart.ts";
import type { Representation } from "./types.ts";

/** Kiali. Defaults of the chart kiali-server 2. */
export const kialiServer: Representation = {
  defaults: {
    deployment: {
      instance_name: "kiali",
      replicas: 1,
      resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "1Gi" } },
    },
    server: { port: 20001, observability: { metrics: { port: 9090 } } },
  },
  objects: (release) => {
    const given = objectAt(release.values, "deployment");
    const port = numberAt(release.values, 20001, "server", "port");
    const metrics = numberAt(release.values, 9090, "server", "observability", "metrics", "port");
    return simpleChart(
      // The chart takes names from the instance, not from the release.
      { ...release, name: stringAt(given, "instance_name") ?? "kiali" },
      {
        chart: "kiali",
        containerName: "kiali",
        pods: podsOf(given),
        component: { app: "kiali" },
        ports: [containerPort("api-port", port), containerPort("http-metrics", metrics)],
        servicePorts: [servicePort("http", port), servicePort("http-metrics", metrics)],
      },
    );
  },
};

/** The chart writes its pod fields in its own way. */
function podsOf(given: JsonObject): JsonObject {
  const affinity = objectAt(given, "affinity");
  const parts = {
    nodeAffinity: affinity["node"],
    podAffinity: affinity["pod"],
    podAntiAffinity: affinity["pod_anti"],
  };
  return {
    replicas: given["replicas"],
    resources: given["resources"],
    tolerations: given["tolerations"],
    nodeSelector: given["node_selector"],
    priorityClassName: given["priority_class_name"],
    topologySpreadConstraints: given["topology_spread_constraints"],
    podLabels: given["pod_labels"],
    podDisruptionBudget: objectAt(given, "pod_disruption_budget", "spec"),
    affinity: Object.fromEntries(Object.entries(parts).filter(([, value]) => !isBlank(value))),
    service: { type: given["service_type"], annotations: given["service_annotations"] },
  };
}
