import { z } from "zod";
import { chart } from "../../../schema/charts.ts";
import { cpuTarget, flag, replicas, resourcesOf, section } from "../../../schema/common.ts";

export const ambient = z.strictObject({
  ztunnel: section({
    resources: resourcesOf(["200m", "512Mi"], ["1000m", "1Gi"]).describe(
      "Requests and limits of ztunnel on each node. The requests are the chart's: enough for 200 000 pods.",
    ),
  }).describe("The DaemonSet ztunnel."),
  waypoint: section({
    replicas: replicas.prefault({ min: 2, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
    cpuTarget,
    resources: resourcesOf(["100m", "128Mi"], ["2000m", "1024Mi"]).describe("Requests and limits of a waypoint pod."),
  }).describe("The waypoint in front of the application's Services."),
});

/** The chart of the Gateway API's CustomResourceDefinitions, in the version that Istio 1.30 is built with (its go.mod). */
export const gatewayApiCrds = z.strictObject({
  install: flag(true).describe(
    "Install them. False where the cluster brings them, or something else in it does: a destroy removes them.",
  ),
  chart: chart("1.5.1", "https://wiremind.github.io/wiremind-helm-charts").describe(
    "Version and source of the chart gateway-api-crds.",
  ),
});
