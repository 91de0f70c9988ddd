import { z } from "zod";
import { semver, resources } from "../common.ts";
import { chartRepository } from "../charts.ts";
import { addon, medium, volume } from "./addon.ts";

/** Charts of the two kinds of Prometheus, and their versions when none is given. */
export const PROMETHEUS_CHARTS = {
  operator: { chart: "kube-prometheus-stack", version: "88.5.3" },
  server: { chart: "prometheus", version: "29.27.0" },
} as const;

const remoteWrite = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "expected an http or https address" }).describe("Where samples are sent."),
  region: z
    .string()
    .min(1)
    .optional()
    .describe("Signs the requests for AWS (SigV4) in this region. Default: unsigned."),
});

const managedPrometheus = z.strictObject({
  workspaceId: z
    .string()
    .regex(/^ws-[0-9a-f-]+$/, "expected the id of a workspace such as ws-0123abcd-...")
    .describe("Id of the workspace."),
  region: z.string().min(1).optional().describe("Region of the workspace. Default: the stack's."),
});

/** Metrics: Prometheus, by its operator or by itself. */
export const prometheus = addon(
  { version: PROMETHEUS_CHARTS.operator.version, repository: "https://prometheus-community.github.io/helm-charts" },
  medium,
).extend({
  kind: z
    .enum(["operator", "server"])
    .default("operator")
    .describe(
      "`operator`: the chart kube-prometheus-stack, with the Prometheus operator. `server`: the chart prometheus, one Deployment without an operator.",
    ),
  chart: z
    .strictObject({
      version: semver
        .optional()
        .describe(`Chart version, pinned. Default: ${Object.values(PROMETHEUS_CHARTS).map(({ chart, version }) => `${version} of ${chart}`).join(", ")}.`),
      repository: chartRepository
        .default("https://prometheus-community.github.io/helm-charts")
        .describe(
          "Repository URL, `oci://` registry, or local directory with the chart, as `helm pull` leaves it or unpacked.",
        ),
    })
    .prefault({})
    .describe("The Helm chart."),
  replicas: z.int().min(1).max(3).default(1).describe("Pods; each scrapes everything. `kind: server` has one."),
  retentionDays: z.int().min(1).max(365).default(15).describe("Days that metrics are kept."),
  volume: volume.prefault({}).describe("Where metrics are kept."),
  amazonManagedPrometheus: managedPrometheus
    .optional()
    .describe("Also write every sample into this workspace of Amazon Managed Service for Prometheus."),
  remoteWrite: z.array(remoteWrite).default([]).describe("Also write every sample there."),
});

const LITTLE = { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } } as const;

/** Where alerts are grouped and sent on. */
export const alertmanager = z.strictObject({
  enabled: z.boolean().default(true).describe("Install it. It is part of Prometheus's chart."),
  replicas: z.int().min(1).max(5).default(1).describe("Pods; they tell each other what was sent."),
  resources: resources.prefault(LITTLE).describe("Requests and limits of a pod."),
  configSecret: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Secret in the namespace `observability` whose key `alertmanager.yaml` says who is told. Default: alerts are shown and nobody is told.",
    ),
});

/** The state of Kubernetes' own objects as metrics: needed for restarts and memory kills. */
export const kubeStateMetrics = z.strictObject({
  enabled: z.boolean().default(true).describe("Install it. It is part of Prometheus's chart."),
  resources: resources.prefault(LITTLE).describe("Requests and limits of its pod."),
});

/** The pod that makes Prometheus from its custom resources. */
export const prometheusOperator = z.strictObject({
  resources: resources
    .prefault({ requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } })
    .describe("Requests and limits of its pod."),
});
