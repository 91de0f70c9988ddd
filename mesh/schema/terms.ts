import { z } from "zod";
import { matching, nonEmpty, text } from "./common.ts";
import { parseDuration } from "../kubernetes/duration.ts";
import { isPattern } from "../kubernetes/regex.ts";

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

export const image = matching(
  /^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/,
  "expected a container image reference",
);

export const path = z.string().startsWith("/", "expected a path that starts with /");

export const methods = nonEmpty(z.enum(METHODS));

/** Paths of an AuthorizationPolicy: exact, or with one `*` at the end. */
export const policyPath = path.regex(/^[^*]*\*?$/, "expected a path with at most one *, at its end");

/** A span of time as Istio writes it. */
export const duration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== undefined,
    "expected a duration of at least 1ms: a number and ms, s, m or h, such as 250ms or 2.5s",
  );

/** A share of the requests in per cent, above 0; Envoy counts in ten thousandths. */
export const share = z.number().min(0.0001).max(100);

/** A pattern of RE2, which must match the whole value. */
export const pattern = z
  .string()
  .refine(isPattern, "expected a pattern in RE2 syntax: no look-around, no back-references");

/** Name of an HTTP header. Lower case: Envoy compares with the names as HTTP/2 sends them. */
export const headerName = matching(
  /^[a-z0-9][a-z0-9_-]*$/,
  "expected the name of an HTTP header in lower case, such as x-user-tier",
);

/** Value that a header is set to: no control characters. */
export const headerValue = matching(/^[\x20-\x7e]*$/, "expected printable ASCII characters");

/** A value that is compared: text that must be equal, or an object with a condition. */
export const valueMatch = z.union([
  text,
  z.strictObject({ prefix: text.describe("The value starts with this.") }),
  z.strictObject({ regex: pattern.describe("The whole value matches this pattern (RE2).") }),
  z.strictObject({ present: z.literal(true).describe("Any value will do.") }),
]);

export type ValueMatch = z.infer<typeof valueMatch>;
