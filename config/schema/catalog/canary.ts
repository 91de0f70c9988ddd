import { z } from "zod";
import { nonEmpty, percent, text, whole } from "../common.ts";
import { analysis } from "./analysis.ts";
import { match } from "./matches.ts";

/** A new version that gets more and more of the requests. */
export const canary = z.strictObject({
  version: text.describe("The new version."),
  stable: text.optional().describe("The version that gets the rest. Default: the only other one."),
  phases: nonEmpty(percent.min(1))
    .refine((phases) => phases.every((share, index) => index === 0 || share > (phases[index - 1] ?? 0)), {
      error: "expected shares that grow from phase to phase",
    })
    .default([10, 25, 50, 75, 100])
    .describe("Share of the canary in each phase, in per cent."),
  phase: z
    .optional(whole(0))
    .describe("Phase that holds now: 1 is the first of `phases`; 0 gives the canary nothing. Either this or `weight`."),
  weight: percent.optional().describe("Share of the canary, in per cent, without phases. Either this or `phase`."),
  match: z
    .optional(match)
    .describe("Only these requests are split; the stable version answers all others. Default: all are split."),
  analysis: analysis.prefault({}).describe("What the canary has to keep to before it gets more requests."),
});

export type CanarySpec = z.infer<typeof canary>;
