import { z } from "zod";
import { chart } from "../../../schema/charts.ts";
import { cpuTarget, replicas, resources } from "../../../schema/common.ts";

/** The node's proxy: mutual TLS and rules by identity for every pod of its node. */
const ztunnel = z.strictObject({
  resources: resources
    .prefault({ requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "1Gi" } })
    .describe("Requests and limits of ztunnel on each node. The requests are the chart's: enough for 200 000 pods."),
});

/** The application's proxy: routes, rules by method and path, tokens. */
const waypoint = z.strictObject({
  replicas: replicas.prefault({ min: 2, max: 5 }).describe("Bounds of the HorizontalPodAutoscaler."),
  cpuTarget,
  resources: resources
    .prefault({ requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2000m", memory: "1024Mi" } })
    .describe("Requests and limits of a waypoint pod."),
});

/** What takes the sidecars' place with `mesh.mode: ambient`. */
export const ambient = z.strictObject({
  ztunnel: ztunnel.prefault({}).describe("The DaemonSet ztunnel."),
  waypoint: waypoint.prefault({}).describe("The waypoint in front of the application's Services."),
});

/** The chart of the Gateway API's CustomResourceDefinitions, in the version that Istio 1.30 is built with (its go.mod). */
export const gatewayApiCrds = z.strictObject({
  install: z
    .boolean()
    .default(true)
    .describe(
      "Install them. False where the cluster brings them, or something else in it does: a destroy removes them.",
    ),
  chart: chart({ version: "1.5.1", repository: "https://wiremind.github.io/wiremind-helm-charts" }).describe(
    "Version and source of the chart gateway-api-crds.",
  ),
});
