import { z } from "zod";
import { nonEmpty, optional, percent, text, whole } from "../../../schema/common.ts";
import { match } from "../../routing/schema/matches.ts";

/** What a canary has to keep to before it gets more requests: `mesh canary ... --analyse` asks Prometheus for it. */
export const analysis = z.strictObject({
  successRate: z
    .number()
    .min(0)
    .max(100)
    .default(99)
    .describe("Requests that must not end with a 5xx, in per cent of those that the canary answered."),
  p99Milliseconds: whole(1).default(1000).describe("Milliseconds within which 99 of 100 requests must be answered."),
  minimumRequests: whole(1)
    .default(20)
    .describe("Requests in a window below which nothing can be said, and the next window is awaited."),
  windowSeconds: whole(1, 86_400)
    .default(120)
    .describe("Seconds that the canary is watched in each phase; at least two scrape intervals of Prometheus."),
  maximumWindows: whole(1)
    .default(10)
    .describe("Windows without an answer (too few requests, or Prometheus is away) after which it is rolled back."),
});

export const canary = z.strictObject({
  version: text.describe("The new version."),
  stable: text.optional().describe("The version that gets the rest. Default: the only other one."),
  phases: nonEmpty(percent.min(1))
    .refine(
      (phases) => phases.every((share, index) => index === 0 || share > (phases[index - 1] ?? 0)),
      "expected shares that grow from phase to phase",
    )
    .default([10, 25, 50, 75, 100])
    .describe("Share of the canary in each phase, in per cent."),
  phase: optional(whole(0)).describe(
    "Phase that holds now: 1 is the first of `phases`; 0 gives the canary nothing. Either this or `weight`.",
  ),
  weight: percent.optional().describe("Share of the canary, in per cent, without phases. Either this or `phase`."),
  match: optional(match).describe(
    "Only these requests are split; the stable version answers all others. Default: all are split.",
  ),
  analysis: analysis.prefault({}).describe("What the canary has to keep to before it gets more requests."),
});

export type CanarySpec = z.infer<typeof canary>;
export type AnalysisSpec = z.infer<typeof analysis>;
