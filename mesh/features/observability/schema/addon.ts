import { z } from "zod";
import { chart } from "../../../schema/charts.ts";
import { flag, httpUrl, optional, quantity, resources, type Resources, text } from "../../../schema/common.ts";

export const small = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } } as const;
export const medium = { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "2Gi" } } as const;

/** Keys that every addon has. `size` holds the default requests and limits. */
export function addon(version: string, repository: string, size: Resources) {
  return z.strictObject({
    enabled: flag(true).describe("Install it."),
    address: optional(httpUrl).describe(
      "Address of one that you run already; the release is then not installed and the others use this one. Jaeger: the OTLP gRPC address, such as http://collector.monitoring:4317.",
    ),
    chart: chart(version, repository).describe("The Helm chart."),
    resources: resources.prefault(size).describe("Requests and limits of its main container."),
  });
}

export const volume = z.strictObject({
  enabled: flag(false).describe("Keep the data on a volume. Without one it lives as long as the pod."),
  size: quantity.default("20Gi").describe("Size of the volume of each pod, such as 20Gi."),
  storageClass: optional(text).describe(
    "Storage class. Default: the cluster's default class; on EKS that is `gp3`, encrypted.",
  ),
});

export type VolumeConfig = z.infer<typeof volume>;

/** A value in a Secret of the namespace `observability`, which the stack does not make. */
export const secretKey = z.strictObject({
  name: text.describe("Name of the Secret, in the namespace `observability`."),
  key: text.describe("Key of the value in it."),
});

export type SecretKey = z.infer<typeof secretKey>;
