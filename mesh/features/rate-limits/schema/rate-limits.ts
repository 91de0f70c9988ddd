import { z } from "zod";
import { list, matching, optional, whole } from "../../../schema/common.ts";
import { path } from "../../../schema/terms.ts";

const header = matching(/^[a-z0-9][a-z0-9-]*$/, "expected a header name in lower case, such as x-user-id");

const limit = z.strictObject({
  requests: whole(1, 1_000_000).describe("Requests in one window; the next ones get 429."),
  header: optional(header).describe(
    "Each value of this header has a window of its own. Requests without it are not counted.",
  ),
  prefix: path
    .regex(/^\/.*[^/]$/, "expected a prefix without a slash at its end, such as /products/search")
    .optional()
    .describe("Only requests whose path is this, or lies below it. Default: every path."),
});

const localLimit = limit.extend({ per: z.enum(["second", "minute", "hour"]).describe("The window.") });
const globalLimit = limit.extend({ per: z.enum(["second", "minute", "hour", "day"]).describe("The window.") });

/** How many requests a service takes before callers get 429. */
export const rateLimits = z.strictObject({
  local: list(localLimit).describe(
    "Counted by each pod's own proxy: nothing else has to answer, but the whole service takes as many times more as it has pods.",
  ),
  global: list(globalLimit).describe(
    "Counted for all gateways together by the rate limit service of `traffic.rateLimitService`: requests from outside alone.",
  ),
});

export type LocalLimitSpec = z.infer<typeof localLimit>;
export type GlobalLimitSpec = z.infer<typeof globalLimit>;
