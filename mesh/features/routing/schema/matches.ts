import { z } from "zod";
import { dnsLabel, matching, optional, optionalSection, text } from "../../../schema/common.ts";
import { headerName, methods, path, pattern, valueMatch } from "../../../schema/terms.ts";

const cookie = z
  .strictObject({
    name: matching(/^[\w!#$%&'*+.^`|~-]+$/, "expected the name of a cookie").describe("Name of the cookie."),
    value: optional(matching(/^[^\s;,"\\]+$/, "expected the value of a cookie")).describe("Its exact value."),
    regex: pattern
      .regex(/^[^;^$]+$/, "expected a pattern of the value alone: without anchors, and without a semicolon")
      .optional()
      .describe("A pattern (RE2) that the whole value matches."),
  })
  .refine(({ value, regex }) => (value === undefined) !== (regex === undefined), "expected either value or regex");

/** Which requests: every condition must hold. */
export const match = z
  .strictObject({
    path: z
      .union([
        path.regex(/^\/$|[^/]$/, "expected a prefix without a slash at its end: /products also matches /products/"),
        z.strictObject({ exact: path.describe("The path is this one.") }),
        z.strictObject({ regex: pattern.describe("The whole path matches this pattern (RE2).") }),
      ])
      .optional()
      .describe("The path is this or lies below it; or an object with `exact` or `regex`."),
    methods: methods.optional().describe("The method is one of these."),
    headers: optional(z.record(headerName, valueMatch)).describe(
      "Headers by name: text that is equal, or an object with `prefix`, `regex` or `present`.",
    ),
    cookie: cookie.optional().describe("A cookie of the request."),
    query: z.record(text, valueMatch).optional().describe("Parameters of the query by name, as with headers."),
    source: optionalSection({
      service: dnsLabel.describe("The service that calls: the label `app` of its pods."),
      version: dnsLabel.optional().describe("Version of that service: the label `version`. Default: any."),
    }).describe("Who calls. Requests through the gateway never match."),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, "expected at least one condition")
  .refine(
    ({ headers, cookie }) => cookie === undefined || headers?.["cookie"] === undefined,
    "expected either cookie or headers.cookie",
  );

export type MatchSpec = z.infer<typeof match>;
