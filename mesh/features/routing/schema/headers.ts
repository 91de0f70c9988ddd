import { z } from "zod";
import { flag, matching, nonEmpty } from "../../../schema/common.ts";
import { METHODS, duration, headerName, headerValue, pattern } from "../../../schema/terms.ts";

const operations = z.strictObject({
  set: z.record(headerName, headerValue).optional().describe("Headers that get this value."),
  add: z.record(headerName, headerValue).optional().describe("Headers that get this value beside those they have."),
  remove: nonEmpty(headerName).optional().describe("Headers that are taken away."),
});

/** What the caller's proxy changes in the headers. */
export const headers = z.strictObject({
  request: operations.optional().describe("Of the request, before the service sees it."),
  response: operations.optional().describe("Of the response, before the caller sees it."),
});

/** Which pages of other origins may call, as browsers ask (CORS). */
export const cors = z
  .strictObject({
    allowOrigins: nonEmpty(
      z.union([
        matching(
          /^(\*|https?:\/\/[^\s/]+)$/,
          "expected an origin such as https://shop.example.com, or * for every one",
        ),
        z.strictObject({ regex: pattern.describe("The whole origin matches this pattern (RE2).") }),
      ]),
    ).describe("Origins: exact, `*`, or an object with `regex`."),
    allowMethods: nonEmpty(z.enum(METHODS)).optional().describe("Methods that the pages may use."),
    allowHeaders: nonEmpty(headerName).optional().describe("Headers that the pages may send."),
    exposeHeaders: nonEmpty(headerName).optional().describe("Headers that the pages may read."),
    maxAge: duration
      .regex(/^\d+[smh]$/, "expected whole seconds, minutes or hours")
      .optional()
      .describe("How long a browser keeps the answer."),
    allowCredentials: flag(false).describe("Whether the pages may send cookies."),
  })
  .refine(({ allowCredentials, allowOrigins }) => !(allowCredentials && allowOrigins.includes("*")), {
    error: "expected named origins with allowCredentials: browsers refuse * together with cookies",
    path: ["allowOrigins"],
  });

export type HeadersSpec = z.infer<typeof headers>;
export type CorsSpec = z.infer<typeof cors>;
