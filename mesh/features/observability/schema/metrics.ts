import { z } from "zod";
import {
  flag,
  httpUrl,
  list,
  matching,
  oneOf,
  optional,
  resourcesOf,
  section,
  semver,
  text,
  whole,
} from "../../../schema/common.ts";
import { repositoryOf } from "../../../schema/charts.ts";
import { addon, medium, volume } from "./addon.ts";

/** Charts of the two kinds of Prometheus, and their versions when none is given. */
export const PROMETHEUS_CHARTS = {
  operator: { chart: "kube-prometheus-stack", version: "88.5.3" },
  server: { chart: "prometheus", version: "29.27.0" },
} as const;

const VERSIONS = Object.values(PROMETHEUS_CHARTS).map(({ chart, version }) => `${version} of ${chart}`);
const REPOSITORY = "https://prometheus-community.github.io/helm-charts";

export const prometheus = addon(PROMETHEUS_CHARTS.operator.version, REPOSITORY, medium).extend({
  kind: oneOf(["operator", "server"], "operator").describe(
    "`operator`: the chart kube-prometheus-stack, with the Prometheus operator. `server`: the chart prometheus, one Deployment without an operator.",
  ),
  chart: section({
    version: semver.optional().describe(`Chart version, pinned. Default: ${VERSIONS.join(", ")}.`),
    repository: repositoryOf(REPOSITORY),
  }).describe("The Helm chart."),
  replicas: whole(1, 3).default(1).describe("Pods; each scrapes everything. `kind: server` has one."),
  retentionDays: whole(1, 365).default(15).describe("Days that metrics are kept."),
  volume: volume.prefault({}).describe("Where metrics are kept."),
  amazonManagedPrometheus: optional(
    z.strictObject({
      workspaceId: matching(/^ws-[0-9a-f-]+$/, "expected the id of a workspace such as ws-0123abcd-...").describe(
        "Id of the workspace.",
      ),
      region: text.optional().describe("Region of the workspace. Default: the stack's."),
    }),
  ).describe("Also write every sample into this workspace of Amazon Managed Service for Prometheus."),
  remoteWrite: list(
    z.strictObject({
      url: httpUrl.describe("Where samples are sent."),
      region: text.optional().describe("Signs the requests for AWS (SigV4) in this region. Default: unsigned."),
    }),
  ).describe("Also write every sample there."),
});

const little = resourcesOf(["20m", "64Mi"], ["100m", "128Mi"]);

export const alertmanager = z.strictObject({
  enabled: flag(true).describe("Install it. It is part of Prometheus's chart."),
  replicas: whole(1, 5).default(1).describe("Pods; they tell each other what was sent."),
  resources: little.describe("Requests and limits of a pod."),
  configSecret: optional(text).describe(
    "Secret in the namespace `observability` whose key `alertmanager.yaml` says who is told. Default: alerts are shown and nobody is told.",
  ),
});

/** The state of Kubernetes' own objects as metrics: needed for restarts and memory kills. */
export const kubeStateMetrics = z.strictObject({
  enabled: flag(true).describe("Install it. It is part of Prometheus's chart."),
  resources: little.describe("Requests and limits of its pod."),
});

/** The pod that makes Prometheus from its custom resources. */
export const prometheusOperator = z.strictObject({
  resources: resourcesOf(["50m", "128Mi"], ["200m", "256Mi"]).describe("Requests and limits of its pod."),
});
