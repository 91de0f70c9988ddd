import { z } from "zod";
import {
  diskSizeGiB,
  flag,
  list,
  matching,
  nonEmpty,
  oneOf,
  section,
  whole,
  withDefault,
} from "../../schema/common.ts";
import { chart } from "../../schema/charts.ts";

/** A span of time as Karpenter writes it, or never. */
const span = matching(/^(([0-9]+(s|m|h))+|Never)$/, "expected a duration such as 30m or 720h, or Never");

const instances = {
  instanceCategories: nonEmpty(z.enum(["c", "m", "r", "t"]))
    .default(["c", "m", "r"])
    .describe("First letters of the instance families: `c` for CPU, `m` for both, `r` for memory, `t` for bursts."),
  instanceFamilies: list(matching(/^[a-z0-9-]+$/, "expected an instance family such as m7i")).describe(
    "Only these families, e.g. `m7i`. Default: all of the categories.",
  ),
  minGeneration: whole(3, 9).default(6).describe("Oldest generation: 6 takes m6i and m7i, and leaves m5 out."),
  architectures: nonEmpty(z.enum(["amd64", "arm64"]))
    .default(["amd64"])
    .describe("CPU architectures. With both, every image of the application must exist for both."),
  capacityTypes: nonEmpty(z.enum(["on-demand", "spot"]))
    .default(["on-demand"])
    .describe("`spot` is cheaper and can be taken away with two minutes' notice. With both, Spot comes first."),
  vcpus: z
    .strictObject({
      min: whole(2).default(4).describe("vCPU of the smallest instance."),
      max: whole(2).default(16).describe("vCPU of the largest instance."),
    })
    .refine((bounds) => bounds.min <= bounds.max, { error: "expected min to be at most max", path: ["min"] })
    .prefault({})
    .describe("Size of an instance. A larger one is a larger loss, a smaller one has more overhead."),
};

/** The pool of nodes that Karpenter keeps for the application, and Karpenter itself. */
export const karpenter = z.strictObject({
  enabled: flag(false).describe(
    "Install Karpenter, which adds nodes to those of `cluster.workloadPool` when pods find no free capacity there.",
  ),
  ...instances,
  limits: section({
    cpu: whole(2).default(64).describe("vCPU of all of its nodes together."),
    memoryGiB: whole(4).default(256).describe("Memory of all of its nodes together, in GiB."),
  }).describe("What Karpenter may start at the most. The bill ends here too."),
  imageVersion: withDefault(
    matching(/^(latest|v\d{8})$/, "expected latest or a release of the EKS image such as v20261105"),
    "latest",
  ).describe(
    "Release of EKS's AL2023 image. `latest` replaces nodes soon after AWS publishes one, within `disruptionBudget`.",
  ),
  diskSizeGiB,
  consolidationPolicy: oneOf(["WhenEmpty", "WhenEmptyOrUnderutilized"], "WhenEmptyOrUnderutilized").describe(
    "Which nodes Karpenter takes away again: empty ones, or also those whose pods fit elsewhere.",
  ),
  consolidateAfter: span.default("5m").describe("How long pods must have stayed the same before that."),
  disruptionBudget: matching(
    /^((100|[0-9]{1,2})%|[0-9]+)$/,
    "expected a number of nodes such as 1, or a share such as 20%",
  )
    .default("20%")
    .describe("Nodes that Karpenter may take away or replace at the same time by itself."),
  expireAfter: span.default("720h").describe("Age at which a node is replaced."),
  terminationGracePeriod: span
    .default("1h")
    .describe("How long a leaving node waits for pods that a disruption budget holds; after that they go."),
  chart: chart("1.14.3", "oci://public.ecr.aws/karpenter").describe(
    "Source of the charts `karpenter-crd` and `karpenter`, which have the same version.",
  ),
});

export type KarpenterConfig = z.infer<typeof karpenter>;
