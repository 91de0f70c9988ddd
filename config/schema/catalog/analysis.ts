import { z } from "zod";
import { whole } from "../common.ts";

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

export type AnalysisSpec = z.infer<typeof analysis>;
