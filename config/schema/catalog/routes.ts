import { z } from "zod";
import { methods, path, policyPath } from "./terms.ts";

/** A path of the gateway that leads to a service. */
export const route = z.strictObject({
  prefix: path
    .regex(/^\/$|[^/]$/, "expected a prefix without a slash at its end: /products also matches /products/")
    .describe("Requests whose path is this, or lies below it, go to the service."),
  allow: z
    .union([
      z.literal("none"),
      z.strictObject({
        methods: methods.optional().describe("HTTP methods. Default: every one."),
        paths: z
          .array(policyPath)
          .min(1)
          .optional()
          .describe("Paths, exact or a prefix that ends in `*`. Default: all below the prefix."),
      }),
    ])
    .default({})
    .describe(
      "What the gateway may ask for: by default every method on the prefix. `none`: routed, but the service refuses all but health checks.",
    ),
});

export type RouteSpec = z.infer<typeof route>;
