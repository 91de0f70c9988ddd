import { z } from "zod";
import { dnsLabel } from "../../../schema/common.ts";
import { tokenDemand } from "../../authorization/schema/access.ts";
import { methods, policyPath } from "../../../schema/terms.ts";

/** What a service calls. */
export const call = z.strictObject({
  to: dnsLabel.describe("The service that is called."),
  methods: methods.describe("HTTP methods that the caller uses; all others are refused."),
  paths: z.array(policyPath).min(1).describe("Paths that the caller uses: exact, or a prefix that ends in `*`."),
  token: tokenDemand,
});

export type CallSpec = z.infer<typeof call>;
