import { z } from "zod";
import { optionalSection, text, whole } from "../../../schema/common.ts";
import { duration, share } from "../../../schema/terms.ts";

/** Failures made on purpose, by the caller's proxy. */
export const fault = z
  .strictObject({
    delay: optionalSection({
      percent: share.describe("Share of the requests, in per cent."),
      fixedDelay: duration.describe("How long they are held back."),
    }).describe("Slow answers."),
    abort: optionalSection({
      percent: share.describe("Share of the requests, in per cent."),
      httpStatus: whole(200, 599).describe("Status that the caller gets."),
    }).describe("Failed answers."),
    until: z.iso
      .date({ error: "expected a date such as 2026-12-31 (quote it in YAML)" })
      .optional()
      .describe("Last day, by UTC. After it the stack is refused until the fault or the date is changed."),
  })
  .refine(({ delay, abort }) => delay !== undefined || abort !== undefined, "expected delay, abort or both");

/** A copy of the requests, whose answers nobody sees. */
export const mirror = z.strictObject({
  version: text.describe("Version that gets the copies; it gets no other requests from here."),
  percent: share.default(100).describe("Share of the requests that is copied, in per cent."),
});

export type FaultSpec = z.infer<typeof fault>;
