import { z } from "zod";

/** Rules that `security.profile: production` enforces. An exception names the rule and says why. */
export const PRODUCTION_RULES = [
  "permissive-mtls",
  "mutable-image",
  "open-endpoint",
  "self-signed",
  "plain-http",
  "fault-injection",
  "traffic-mirroring",
] as const;

/** Identity and authorization. */
export const security = z.strictObject({
  profile: z
    .enum(["development", "production"])
    .default("production")
    .describe("`production` refuses weak settings unless `security.exceptions` says why."),
  mtls: z
    .enum(["STRICT", "PERMISSIVE"])
    .default("STRICT")
    .describe("Mutual TLS of the whole mesh. `PERMISSIVE` also takes plain text."),
  exceptions: z
    .partialRecord(z.enum(PRODUCTION_RULES), z.string().min(10, "expected a reason of at least 10 characters"))
    .default({})
    .describe("Rules of the production profile that this stack breaks, each with its reason."),
});

export type SecurityConfig = z.infer<typeof security>;
export type ProductionRule = (typeof PRODUCTION_RULES)[number];
